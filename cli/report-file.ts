import { open } from 'node:fs/promises'

export interface ReportFile {
  write(report: object): Promise<void>
}

/**
 * Opens the file before the work begins, so that a place where none can be is known at once and not after hours. Written once.
 * @throws what the file system says
 */
export async function openReport(path: string): Promise<ReportFile> {
  const file = await open(path, 'w')
  return {
    async write(report) {
      await file.writeFile(`${JSON.stringify(report, null, 2)}\n`)
      await file.close()
    },
  }
}
