import { runSweep } from '../../worker/export/sweep.ts'
import { createApp } from '../../worker/http/app.ts'
import type { Scenario } from '../support/crash-sweep.ts'
import {
  createScene,
  type ExportScene,
  type Leftovers,
  type Outcome,
  type SceneParts,
  smallPopulation,
} from '../support/export-scene.ts'

type Job = { readonly jobId: string }
type Ended = { readonly outcome: Outcome; readonly leftovers: Leftovers }

/** Opens what a scene is made of, empty each time; without, all is in memory. */
type Open = () => Promise<SceneParts>

const openScene = async (open?: Open): Promise<ExportScene> => createScene(await open?.())

const kickedOff = async (open?: Open): Promise<{ scene: ExportScene; state: Job }> => {
  const scene = await openScene(open)
  const jobId = await scene.kickOffAt()
  await scene.writeMore()
  return { scene, state: { jobId } }
}

const ended = async (scene: ExportScene, jobId: string): Promise<Ended> => {
  await scene.runToEnd(jobId)
  await scene.sweepAll()
  return { outcome: await scene.outcome(jobId), leftovers: await scene.leftovers() }
}

/** The engine runs a job from its first tick to its end. */
export const wholeExportOn = (open?: Open): Scenario<Job, Ended> => ({
  prepare: () => kickedOff(open),
  act: async (scene, { jobId }, process) => {
    // A process that lives goes on after an error, as the engine loop does; one that died fails again.
    await scene.runToEnd(jobId, process).catch(() => scene.runToEnd(jobId, process))
  },
  recover: (scene, { jobId }) => ended(scene, jobId),
})
export const wholeExport = wholeExportOn()

/** The same, of some elements only: the cursor counts bytes of what is left of the resources. */
export const cutExport = wholeExportOn(async () => ({
  population: { ...smallPopulation, kickOffQuery: '&_elements=Observation.value,Condition.code,Binary.data' },
}))

/** A client kicks off, and once more when it got no answer: a job it does not know of ends like the other, and goes away. */
export const kickOffOn = (
  open?: Open,
): Scenario<
  { answered: string | undefined },
  { readonly endings: readonly string[]; readonly gone: Gone }
> => ({
  prepare: async () => {
    const scene = await openScene(open)
    scene.deps.newId() // the id that the other process will give
    return { scene, state: { answered: undefined } }
  },
  act: async (scene, state, process) => {
    state.answered = await scene.kickOffAt(process).catch(() => undefined)
  },
  recover: async (scene, state) => {
    const known = state.answered ?? (await scene.kickOffAt())
    const jobIds = await scene.jobIds()
    for (const jobId of jobIds) await scene.runToEnd(jobId)
    const endings = new Set<string>()
    for (const jobId of jobIds) {
      const { outcome, leftovers } = await ended(scene, jobId)
      const { '_manifest.json': beside = '', ...files } = outcome.files
      const manifests = [outcome.manifest, beside].map((text) => ({
        ...JSON.parse(text),
        transactionTime: 'then',
      }))
      endings.add(JSON.stringify({ status: outcome.status, manifests, files, leftovers }))
    }
    scene.clock.advance(scene.deps.config.limits.retentionMs)
    await scene.sweepAll()
    return { endings: [...endings], gone: await whatIsLeft(scene, known) }
  },
})
export const kickOff = kickOffOn()

/** A client deletes an export after so many ticks, or in the middle of a file; and the sweep clears it away (I7). */
export const removal = (ticks: number | 'midway', open?: Open): Scenario<Job, Gone> => ({
  prepare: async () => {
    const made = await kickedOff(open)
    const { scene } = made
    if (ticks === 'midway') while (!(await isWritingParts(scene))) await scene.tick()
    else for (let tick = 0; tick < ticks; tick++) await scene.tick()
    return made
  },
  act: async (scene, { jobId }, process) => {
    await createApp(process, () => {}).request(`/fhir/$export-status/${jobId}`, deletion)
    await sweepRepeatedly(scene, process)
  },
  recover: async (scene, { jobId }) => {
    await scene.request(`/fhir/$export-status/${jobId}`, deletion) // 202 or 404: it may have been heard the first time
    const { status } = await whatIsLeft(scene, jobId)
    while (await scene.tick());
    await scene.sweepAll()
    return { ...(await whatIsLeft(scene, jobId)), status }
  },
})

const isWritingParts = async ({ deps }: ExportScene): Promise<boolean> => {
  const files = deps.db.query.selectFrom('export_file').select('name').where('upload_id', 'is not', null)
  return (await files.execute()).length > 0
}

/** A finished export expires, and the sweep clears it away. */
export const expiry: Scenario<Job, Gone> = {
  prepare: async () => {
    const made = await kickedOff()
    await made.scene.runToEnd(made.state.jobId)
    made.scene.clock.advance(made.scene.deps.config.limits.retentionMs)
    return made
  },
  act: (scene, _, process) => sweepRepeatedly(scene, process),
  recover: async (scene, { jobId }) => {
    const { status } = await whatIsLeft(scene, jobId)
    await scene.sweepAll()
    return { ...(await whatIsLeft(scene, jobId)), status }
  },
}

/** The sweep clears away what dead workers left beside a finished export. */
export const leftBehind: Scenario<Job, Ended> = {
  prepare: async () => {
    const { scene, state } = await kickedOff()
    await scene.runToEnd(state.jobId)
    const { folder, partBytes } = await scene.job(state.jobId)
    const options = { contentType: 'application/fhir+ndjson', partBytes }
    for (const name of ['Patient-1.ndjson', 'Patient-2.ndjson'])
      await scene.memory.beginUpload(`${folder}/${name}`, options)
    await scene.memory.put(`${folder}/Patient-9.ndjson`, new Uint8Array(3), options.contentType)
    return { scene, state }
  },
  act: (scene, _, process) => sweepRepeatedly(scene, process),
  recover: (scene, { jobId }) => ended(scene, jobId),
}

const deletion = { method: 'DELETE', headers: { host: 'localhost' } }

const sweepRepeatedly = async (scene: ExportScene, process: ExportScene['deps']): Promise<void> => {
  for (let sweeps = 0; sweeps < 3; sweeps++) {
    await runSweep(process).catch(() => {}) // as the engine loop does
    scene.clock.advance(2 * process.config.limits.leaseMs)
  }
}

type Gone = {
  readonly status: number
  readonly objects: number
  readonly uploads: number
  readonly rows: number
}
export const nothing: Gone = { status: 404, objects: 0, uploads: 0, rows: 0 }

const whatIsLeft = async (scene: ExportScene, jobId: string): Promise<Gone> => ({
  status: (await scene.request(`/fhir/$export-status/${jobId}`)).status,
  objects: (await scene.objects.list('')).length,
  uploads: ((await scene.objects.listUploads?.('')) ?? []).length,
  rows: await scene.jobRows(),
})
