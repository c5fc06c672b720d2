// Starts Kith's demonstration in a temporary folder on a free port, and stops
// it again. KITH_BIN says which program.
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const START_WITHIN = 120_000

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

const theProgram = () => {
  const program = process.env.KITH_BIN
  if (!program) throw new Error('KITH_BIN does not say where the program kith is')
  return program
}

// Starts the program in a folder, and waits until it is well.
async function started(folder, origin, given) {
  const child = spawn(theProgram(), given, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.on('data', (text) => (said += text))
  child.stderr.on('data', (text) => (said += text))
  const until = Date.now() + START_WITHIN
  for (;;) {
    if (child.exitCode !== null) throw new Error(`kith stopped: ${said}`)
    if (Date.now() > until) throw new Error(`kith did not start: ${said}`)
    const well = await fetch(`${origin}/health`).then((answer) => answer.ok, () => false)
    if (well) break
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const stop = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await gone
    await rm(folder, { recursive: true, force: true })
  }
  return { origin, stop, said: () => said }
}

export async function startKith(size = 'pcn') {
  const folder = await mkdtemp(join(tmpdir(), 'kith-e2e-'))
  const port = await freePort()
  const given = ['demo', '--port', String(port), '--data', folder, '--size', size]
  return started(folder, `http://127.0.0.1:${port}`, given)
}

// A new installation, as whoever runs a service makes one: reached by a name,
// for which a browser makes passkeys, with its first administrator invited.
export async function startService() {
  const folder = await mkdtemp(join(tmpdir(), 'kith-e2e-'))
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const { stdout } = await promisify(execFile)(
    theProgram(),
    [
      'init', '--scheme', 'Harbour link workers', '--slug', 'harbour', '--organisation', 'Harbour network',
      '--administrator', 'Ada Lowe', '--email', 'ada@example.org', '--origin', origin
    ],
    { cwd: folder }
  )
  const invitation = stdout.match(/http:\/\/\S+\/welcome\/\S+/)?.[0]
  if (!invitation) throw new Error(`no invitation is shown: ${stdout}`)
  const given = ['serve', '--listen', `127.0.0.1:${port}`, '--origin', origin]
  return { ...(await started(folder, origin, given)), invitation }
}
