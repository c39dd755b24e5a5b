import { createReadStream } from 'node:fs'
import { mkdir, open, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { freePort } from '#local/free-port'
import { startServer } from '#test/support/engines/server'
import { someBytes } from '#test/support/pieces'
import { wav } from '#test/support/sounds'

const MIB = 1_024 * 1_024

export interface MediaSource {
  readonly kind: 'nginx' | 'node'
  /** The link to a file. */
  link(name: string): string
  stop(): Promise<void>
}

/** Serves a folder: nginx where there is one (`apt-get install nginx`), else node. */
export async function startMediaSource(directory: string): Promise<MediaSource> {
  const port = await freePort()
  const link = (name: string) => `http://127.0.0.1:${port}/${name}`
  await writeFile(join(directory, 'index.html'), 'up')
  const nginx = await startNginx(directory, port).catch(() => undefined)
  return nginx === undefined ? { kind: 'node', link, ...(await startNode(directory, port)) } : { kind: 'nginx', link, ...nginx }
}

/** A recording of so many bytes, all but its header of no pattern. */
export async function writeRecording(directory: string, name: string, bytes: number): Promise<void> {
  const file = await open(join(directory, name), 'w')
  const block = someBytes(MIB)
  await file.write(wav({ promised: bytes - 44, given: 0 }))
  for (let left = bytes - 44; left > 0; left -= MIB) await file.write(block, 0, Math.min(left, MIB))
  await file.close()
}

async function startNginx(directory: string, port: number) {
  const scratch = join(directory, 'nginx')
  await mkdir(scratch, { recursive: true })
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${scratch}/${name};`).join(' ')
  const http = `access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000; default_type audio/wav; types { text/plain txt; } ${paths}`
  const configuration = `daemon off; user root; worker_processes 1; pid ${scratch}/pid; error_log ${scratch}/error.log;
    events { worker_connections 1024; } http { ${http} server { listen 127.0.0.1:${port}; root ${directory}; } }`
  await writeFile(join(scratch, 'nginx.conf'), configuration)
  return await startServer({
    name: 'nginx',
    command: 'nginx',
    args: ['-c', join(scratch, 'nginx.conf'), '-e', join(scratch, 'error.log')],
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
    url: `http://127.0.0.1:${port}/index.html`,
    logFile: join(scratch, 'output.log'),
  })
}

async function startNode(directory: string, port: number) {
  const server = createServer(async (request, response) => {
    const file = join(directory, (request.url ?? '').split('?')[0] ?? '')
    const { size, mtimeMs } = await stat(file)
    const contentType = file.endsWith('.txt') ? 'text/plain' : 'audio/wav'
    response.writeHead(200, { 'content-length': size, 'content-type': contentType, etag: `"${mtimeMs}-${size}"` })
    pipeline(createReadStream(file, { highWaterMark: MIB }), response, () => {})
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
