import { Readable } from 'node:stream'

/** What is to be heard: PCM, 16 bit, mono. */
export interface AudioSpec {
  readonly seconds: number
  /** Samples a second; 8,000 (a telephone line) where it is not set. */
  readonly sampleRate?: number | undefined
  /** The pitch that the melody starts from; other pitches give other bytes. */
  readonly rootHertz?: number | undefined
}

/** A WAV file that is written while it is read. */
export interface Audio {
  readonly mediaType: 'audio/wav'
  readonly bytes: number
  /** The bytes from `start` up to, not including, `end`; each call gives a fresh stream. */
  open(start?: number, end?: number): Readable
}

const HEADER_BYTES = 44
const BYTES_PER_SAMPLE = 2
const PIECE_BYTES = 256 * 1024
/** RIFF counts in 32 bits what follows its first eight bytes. */
const MAX_BYTES = 0xff_ff_ff_ff + 8

const NOTE_SECONDS = 0.5
/** Semitones above the root, two tones at a time: a soft ring that goes up and comes back. */
const PHRASE: readonly (readonly number[])[] = [
  [0, 4],
  [4, 7],
  [7, 12],
  [4, 7],
]
const VOLUME = 0.3

/**
 * A recording that really plays, with its length known beforehand.
 *
 * Deterministic: the same spec gives the same bytes, from any offset. Memory is bounded by one phrase and one piece of
 * 256 KiB whatever the length, because the melody is computed once and repeated.
 * @throws {RangeError} where the file would be longer than a WAV can be
 */
export function createAudio({ seconds, sampleRate = 8_000, rootHertz = 440 }: AudioSpec): Audio {
  const dataBytes = Math.round(seconds * sampleRate) * BYTES_PER_SAMPLE
  const bytes = HEADER_BYTES + dataBytes
  if (bytes > MAX_BYTES) throw new RangeError(`A WAV of ${bytes} bytes is longer than the format can say (${MAX_BYTES})`)

  return {
    mediaType: 'audio/wav',
    bytes,
    open: (start = 0, end = bytes) =>
      Readable.from(pieces({ dataBytes, sampleRate, rootHertz }, start, Math.min(end, bytes)), { objectMode: false }),
  }
}

interface Layout {
  readonly dataBytes: number
  readonly sampleRate: number
  readonly rootHertz: number
}

function* pieces({ dataBytes, sampleRate, rootHertz }: Layout, start: number, end: number): Generator<Buffer> {
  const header = wavHeader(dataBytes, sampleRate)
  const turn = phrase(sampleRate, rootHertz)
  const melody = repeated(turn, turn.length + PIECE_BYTES)

  for (let at = start; at < end; at += PIECE_BYTES) {
    const until = Math.min(at + PIECE_BYTES, end)
    const from = Math.max(at, HEADER_BYTES)
    const offset = (from - HEADER_BYTES) % turn.length
    // The header travels with what follows it: S3 refuses a chunk under 8 KiB that is not the last.
    yield Buffer.concat([header.subarray(at, until), melody.subarray(offset, offset + Math.max(0, until - from))])
  }
}

/** The 44 bytes of a plain RIFF/WAVE header. */
function wavHeader(dataBytes: number, sampleRate: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('RIFF', 0, 'ascii')
  header.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4)
  header.write('WAVEfmt ', 8, 'ascii')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20) // PCM
  header.writeUInt16LE(1, 22) // mono
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(sampleRate * BYTES_PER_SAMPLE, 28)
  header.writeUInt16LE(BYTES_PER_SAMPLE, 32)
  header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34)
  header.write('data', 36, 'ascii')
  header.writeUInt32LE(dataBytes, 40)
  return header
}

/** One turn of the melody. Each note swells from and fades to silence, so that the turns join without a click. */
function phrase(sampleRate: number, rootHertz: number): Buffer {
  const samplesPerNote = Math.round(NOTE_SECONDS * sampleRate)
  const samples = Buffer.alloc(PHRASE.length * samplesPerNote * BYTES_PER_SAMPLE)
  for (const [note, tones] of PHRASE.entries()) {
    for (let index = 0; index < samplesPerNote; index++) {
      const swell = Math.sin((Math.PI * index) / samplesPerNote) ** 2
      const sound = tones.reduce(
        (sum, semitones) => sum + Math.sin((2 * Math.PI * rootHertz * 2 ** (semitones / 12) * index) / sampleRate),
        0,
      )
      samples.writeInt16LE(Math.round((sound / tones.length) * swell * VOLUME * 0x7fff), (note * samplesPerNote + index) * BYTES_PER_SAMPLE)
    }
  }
  return samples
}

/** As many turns as `bytes` take, so that a piece can be cut out from wherever the turn has come to. */
function repeated(turn: Buffer, bytes: number): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / turn.length) }, () => turn))
}
