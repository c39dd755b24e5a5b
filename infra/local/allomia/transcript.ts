/** Who speaks in a transcript, and in which language. */
export interface TranscriptSpec {
  readonly language: 'en' | 'fr'
  readonly agentName: string
  readonly userName: string
}

/** A short conversation as plain text, one line a turn, with the accents and apostrophes that real ones have. */
export function writeTranscript({ language, agentName, userName }: TranscriptSpec): string {
  const turns = language === 'fr' ? FRENCH : ENGLISH
  return turns
    .map(([speaker, line]) => `${speaker === 'agent' ? agentName : userName}: ${line.replace('{user}', () => userName)}\n`)
    .join('')
}

type Turn = readonly ['agent' | 'user', string]

const ENGLISH: readonly Turn[] = [
  ['agent', 'Thank you for calling the clinic. How can I help you today?'],
  ['user', 'Hello, I’d like to confirm my appointment on Thursday.'],
  ['agent', 'Of course. May I have your name, please?'],
  ['user', 'It’s {user}.'],
  ['agent', 'Thank you. Your appointment is confirmed for Thursday at 10:30. Is there anything else?'],
  ['user', 'No, that’s all. Goodbye!'],
]

const FRENCH: readonly Turn[] = [
  ['agent', 'Bonjour, vous êtes bien à la clinique. Comment puis-je vous aider ?'],
  ['user', 'Bonjour, j’aimerais déplacer mon rendez-vous à la semaine prochaine.'],
  ['agent', 'Très bien. À quel nom, s’il vous plaît ?'],
  ['user', 'C’est {user}. L’idéal, ce serait mardi après-midi, ou dès que possible.'],
  ['agent', 'C’est noté : mardi à 14 h 15, à l’étage où se trouve l’accueil. Ça vous convient ?'],
  ['user', 'Parfait, merci beaucoup. À bientôt !'],
]
