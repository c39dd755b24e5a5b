import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

const SCHEMAS = /[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/
const ARRAY_CONSTANT = /^((?:export )?var [^=]+ = )(\[[\s\S]*?\]);$/gm

/**
 * Lets esbuild leave out the SDK's schemas of operations that a function never calls: 56 KB of client-s3, and the time to read them.
 *
 * They are arrays with computed keys, which esbuild has to keep because evaluating a key might do something. These do nothing, and this says so.
 */
export const unusedSchemas: Plugin = {
  name: 'unused-schemas',
  setup({ onLoad }) {
    onLoad({ filter: SCHEMAS }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(ARRAY_CONSTANT, '$1/* @__PURE__ */ (() => $2)();'),
      loader: 'js',
    }))
  },
}
