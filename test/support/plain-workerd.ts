import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { z } from 'zod'
import { freePort } from './free-port.ts'

/**
 * A module in workerd with nothing around it. The test harness of wrangler has every `fetch` of a Worker made by Node, which follows the
 * redirects that it was told not to: what a Worker asks of others must be tested without.
 */
export const startPlainWorkerd = async (
  main: string,
): Promise<{ readonly url: string; stop(): Promise<void> }> => {
  const root = await mkdtemp(join(tmpdir(), 'sluice-workerd-'))
  await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true, target: 'webworker' },
    build: { ssr: main, outDir: root, rollupOptions: { output: { entryFileNames: 'worker.js' } } },
  })
  const port = await freePort()
  await writeFile(join(root, 'config.capnp'), configOf(port))
  const { default: program } = z
    .object({ default: z.string() })
    .parse(createRequire(createRequire(import.meta.url).resolve('wrangler'))('workerd'))
  const child = spawn(program, ['serve', 'config.capnp'], { cwd: root, stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  await untilItAnswers(url)
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
      await rm(root, { recursive: true, force: true })
    },
  }
}

const configOf = (port: number): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2026-11-01",
      globalOutbound = "network",
    )),
    (name = "network", network = (allow = ["private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`

const untilItAnswers = async (url: string): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await (await fetch(url)).body?.cancel()
      return
    } catch (error) {
      if (attempt === 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
