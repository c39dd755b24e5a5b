import { createHash } from 'node:crypto'
import { createAudio } from './audio.ts'
import { isRecorded, isTranscribed } from './call-book.ts'
import { secondsOf, speakersOf } from './call-record.ts'
import type { CallDescription } from './call-script.ts'
import { type MediaStore, textMedia } from './media-store.ts'
import { writeTranscript } from './transcript.ts'

const LOWEST_HERTZ = 330
const HERTZ_BETWEEN_CALLS = 330

/** Makes what the description promises to be heard and read, and puts it where links lead. */
export async function storeMedia(store: MediaStore, description: CallDescription): Promise<void> {
  const { id, recording, transcript } = description
  if (isTranscribed(description)) {
    const text = transcript?.text ?? writeTranscript({ language: transcript?.language ?? 'en', ...speakersOf(description) })
    await store.put(id, 'transcript.txt', textMedia(text))
  }
  if (isRecorded(description)) {
    const audio = createAudio({ seconds: secondsOf(description), sampleRate: recording?.sampleRate, rootHertz: pitchOf(id) })
    await store.put(id, 'recording.wav', audio)
  }
}

/** Each call has a pitch of its own, so that one recording in another's place is noticed. */
function pitchOf(callId: string): number {
  return LOWEST_HERTZ + (createHash('sha256').update(callId).digest().readUInt16BE() / 0xffff) * HERTZ_BETWEEN_CALLS
}
