#!/usr/bin/env node
// The command's first file. Plain JavaScript: an older Node, which cannot read TypeScript, has to be able to read this.
const { spawnSync } = require('node:child_process')
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const NODE_MAJOR = 24
// A checkout has the sources, an npm package what was bundled of them.
const isCheckout = existsSync(join(__dirname, 'main.ts'))
const pinnedNode = join(__dirname, '..', 'node_modules', 'node', 'bin', 'node')

if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) {
  import(isCheckout ? './main.ts' : '../dist/callvault.mjs')
} else if (existsSync(pinnedNode)) {
  // The Node that npm ci installed. A signal from the terminal reaches it as well: here it only must not end us before it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
  const { status, signal } = spawnSync(pinnedNode, [__filename, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exitCode = status ?? (signal === 'SIGINT' ? 130 : 1)
} else {
  const remedy = isCheckout ? 'run npm ci, without --ignore-scripts' : 'install a newer one'
  console.error(`callvault runs on Node ${NODE_MAJOR} or later, and this is Node ${process.versions.node}: ${remedy}.`)
  process.exitCode = 1
}
