import { join } from 'node:path'

/** Where installed engines are kept from one run to the next, and where runs have their scratch folders. */
export const ENGINES_HOME = join(import.meta.dirname, '../../../.local')

/** Where every engine says it stands: not a server's default, so that a forgotten setting shows. */
export const REGION = 'ca-central-1'
