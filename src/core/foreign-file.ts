/** Files that servers hand out in place of another, by their first bytes. */
const MAGIC_NUMBERS = [
  '1f8b', // gzip
  '89504e470d0a1a0a', // PNG
  '255044462d', // PDF
  '504b0304', // ZIP
  '504b0506', // a ZIP of nothing
  'ffd8ff', // JPEG
  '474946383', // GIF
  '28b52ffd', // Zstandard
]

/** Whether a body is known as neither sound nor text, whatever its type says. */
export const isForeignFile = (head: Buffer) => MAGIC_NUMBERS.some((magic) => head.toString('hex', 0, 8).startsWith(magic))
