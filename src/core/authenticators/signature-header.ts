/** What stands in a signature's header, or undefined where it is not in its form. */
export interface SignatureHeader {
  readonly signatures: readonly string[]
  readonly timestamp?: string | undefined
  readonly id?: string | undefined
}

type Name = 'timestamp' | 'signature' | 'id'

interface Element {
  readonly prefix: string
  readonly name: Name
}

/** More than any sender has at once while it changes its secret, and few enough to check them all. */
export const MAX_SIGNATURES = 10
/** Of Ed25519: each is checked with each key, and each check reads the whole body. */
export const MAX_ED25519_SIGNATURES = 3

const ELEMENT = /^([^{}]*)\{(timestamp|signature|id)\}$/

/**
 * Reads headers of a form. Their elements may come in any order and with others among them; a second signature is what a sender
 * has that changes its secret, a second time or id is a request that was put together from two.
 */
export function createSignatureHeaderReader(form: string): (header: string) => SignatureHeader | undefined {
  const elements = form.split(',').flatMap((text) => elementsIn(text.trim()))

  return (header) => {
    const found: Record<Name, string[]> = { timestamp: [], signature: [], id: [] }
    for (const piece of header.split(',').map((text) => text.trim())) {
      const element = elements.find(({ prefix }) => piece.startsWith(prefix))
      if (element !== undefined) found[element.name].push(piece.slice(element.prefix.length))
    }
    const { timestamp, signature: signatures, id } = found
    const isInForm = signatures.length > 0 && signatures.length <= MAX_SIGNATURES && timestamp.length <= 1 && id.length <= 1
    return isInForm ? { signatures, timestamp: timestamp[0], id: id[0] } : undefined
  }
}

function elementsIn(text: string): Element[] {
  const [, prefix, name] = ELEMENT.exec(text) ?? []
  return prefix !== undefined && name !== undefined ? [{ prefix, name: name as Name }] : []
}
