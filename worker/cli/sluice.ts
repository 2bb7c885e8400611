#!/usr/bin/env node
/** `npm run sluice -- <command>`, or `sluice <command>` where the package is installed: the command line. */
import process from 'node:process'
import { runCommand } from './run-command.ts'

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
})
