import { readdir, readFile, readlink } from 'node:fs/promises'

export interface ListeningSocket {
  readonly pid: number
  /** As `127.0.0.1`, or the 32 hex digits of an IPv6 address as the kernel prints them. */
  readonly address: string
  readonly port: number
}

const LISTENING = '0A'

/** Where these processes wait for TCP connections, from Linux's /proc. One that ends meanwhile has none. */
export async function listeningSocketsOf(pids: readonly number[]): Promise<ListeningSocket[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  const listening = new Map(tables.flatMap((table) => table.split('\n').slice(1).flatMap(listenerIn)))
  const sockets = await Promise.all(pids.map(async (pid) => (await inodesOf(pid)).map((inode) => ({ pid, found: listening.get(inode) }))))
  return sockets.flat().flatMap(({ pid, found }) => (found === undefined ? [] : { pid, ...found }))
}

/** `sl local_address rem_address st ... inode`: the address in hex, each four bytes of it reversed. */
function listenerIn(line: string): [inode: string, where: { address: string; port: number }][] {
  const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
  const [address = '', port = ''] = local.split(':')
  return state === LISTENING ? [[inode, { address: readable(address), port: Number.parseInt(port, 16) }]] : []
}

function readable(hex: string): string {
  if (hex.length !== 8) return hex
  return [...Buffer.from(hex, 'hex')].reverse().join('.')
}

async function inodesOf(pid: number): Promise<string[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const targets = await Promise.all(descriptors.map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')))
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [])
}
