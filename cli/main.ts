import { EXIT } from './exit-codes.ts'
import { printableText } from './printable.ts'
import { buildProgram } from './program.ts'
import { InterruptedError, reportError } from './report-error.ts'

/** Ctrl-C, or an end asked for by the system, lets what is under way stop cleanly; a second one ends at once. */
function interruption(): AbortSignal {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) process.exit(EXIT.interrupted)
      interrupted.abort(new InterruptedError('interrupted'))
    })
  }
  return interrupted.signal
}

/** `callvault find ... | head` has what it wants, and closes the pipe: nobody is left to tell. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.ok)
    throw error
  })
}

const signal = interruption()
const say = (text: string) => void process.stderr.write(`${printableText(text)}\n`)
try {
  process.exitCode = await buildProgram(signal)(process.argv.slice(2))
} catch (error) {
  process.exitCode = reportError(signal.aborted ? signal.reason : error, { isDebugging: process.argv.includes('--debug'), say })
}
