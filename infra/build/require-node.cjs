// Preloaded by the npm scripts (`node --require`). Plain JavaScript: an older Node, which cannot read TypeScript, has to be able to read this.
const NODE_MAJOR = 24

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR) {
  const remedy = 'run npm ci once more, without --ignore-scripts, and then this command again'
  console.error(`callvault runs on the Node ${NODE_MAJOR} that npm ci installs, and this is Node ${process.versions.node}: ${remedy}.`)
  process.exit(1)
}
