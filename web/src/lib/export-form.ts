import type { Job } from './api/client.ts'

/** What the form of a new export holds, as it was typed. */
export type ExportForm = {
  level: Job['level']
  groupId: string
  patients: string
  /** How many patients another job listed who are to be listed again; 0 once that is no matter any more. */
  unlisted: number
  types: readonly string[]
  since: string
  until: string
  lenient: boolean
}

export const emptyForm = (): ExportForm => ({
  level: 'system',
  groupId: '',
  patients: '',
  unlisted: 0,
  types: [],
  since: '',
  until: '',
  lenient: false,
})

/** The same request again, but for the patients it lists: the service tells how many, not who. */
export const formOf = (job: Job): ExportForm => ({
  ...emptyForm(),
  level: job.level,
  groupId: job.groupId ?? '',
  unlisted: job.patients ?? 0,
  types: job.types,
  since: job.since ?? '',
  until: job.until ?? '',
})

/**
 * Whether a job has brought all up to its `transactionTime` of what the form asks for, so that this may be the next `_since`: it was asked for
 * the same types of the same people, for no end, and not by a client, whose rights may have left something out.
 */
export const isChainedTo = (form: ExportForm, job: Job): boolean =>
  job.state === 'completed' &&
  job.clientId === undefined &&
  job.level === form.level &&
  (form.level !== 'group' || job.groupId === form.groupId.trim()) &&
  job.patients === undefined &&
  !listsPatients(form) &&
  job.until === undefined &&
  [...job.types].sort().join() === [...form.types].sort().join()

export type Query = { _type?: string[]; _since?: string; _until?: string }

export const queryOf = ({ types, since, until }: ExportForm): Query => ({
  ...(types.length === 0 ? {} : { _type: [...types] }),
  ...(since.trim() === '' ? {} : { _since: since.trim() }),
  ...(until.trim() === '' ? {} : { _until: until.trim() }),
})

/** Patients one by one, whether they were given as `Patient/1` or `1`, by lines, spaces or commas. */
export const patientsOf = ({ level, patients }: ExportForm): readonly string[] =>
  level === 'system'
    ? []
    : patients
        .split(/[\s,;]+/)
        .filter((name) => name !== '')
        .map((name) => (name.includes('/') ? name : `Patient/${name}`))

/** Patients were listed in the request that this one repeats, and are not yet: to send it now would ask for all. */
export const lacksPatients = (form: ExportForm): boolean =>
  form.level !== 'system' && form.unlisted > 0 && patientsOf(form).length === 0

const listsPatients = (form: ExportForm): boolean => lacksPatients(form) || patientsOf(form).length > 0

/** Who is listed goes into a body: there is room, and no log of URLs keeps it. */
export const bodyOf = (form: ExportForm): { [name: string]: unknown } => ({
  resourceType: 'Parameters',
  parameter: (lacksPatients(form) ? ['Patient/{id}'] : patientsOf(form)).map((reference) => ({
    name: 'patient',
    valueReference: { reference },
  })),
})

export const preferOf = ({ lenient }: ExportForm): string =>
  lenient ? 'respond-async, handling=lenient' : 'respond-async'

/** The request as a command line, which does the same; where credentials are wanted, with those of the shell it is pasted into. */
export const curlOf = (form: ExportForm, fhirBase: string, needsToken: boolean): string => {
  const groupId = encodeURIComponent(form.groupId.trim()) || '{id}'
  const scope = { system: '', patient: '/Patient', group: `/Group/${groupId}` }[form.level]
  const query = Object.entries(queryOf(form)).map(([name, value]) => `${name}=${encoded(String(value))}`)
  const url = `${fhirBase}${scope}/$export${query.length > 0 ? `?${query.join('&')}` : ''}`
  const body = listsPatients(form)
    ? [`-H 'Content-Type: application/fhir+json'`, `-d ${quoted(JSON.stringify(bodyOf(form)))}`]
    : []
  const headers = ['Accept: application/fhir+json', `Prefer: ${preferOf(form)}`].map(
    (header) => `-H ${quoted(header)}`,
  )
  const token = needsToken ? ['-H "Authorization: Bearer $SLUICE_TOKEN"'] : []
  return [`curl -i ${headers.join(' ')}`, ...token, ...body, quoted(url)].join(' \\\n  ')
}

/** Commas and colons may stand in a query as they are, and are easier to read. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll('%2C', ',').replaceAll('%3A', ':')

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

export type Field = 'groupId' | 'patients' | 'types' | 'since' | 'until'

/** Why the export was not started, and the field that it is about, if it is about one. */
export type Refusal = { readonly problem: string; readonly field: Field | undefined }

/** What is missing before there is anything to ask for. */
export const lackOf = (form: ExportForm): Refusal | undefined => {
  if (form.level === 'group' && form.groupId.trim() === '')
    return { problem: 'Which Group? Give the id that it has on this server.', field: 'groupId' }
  if (lacksPatients(form))
    return { problem: 'Which patients? List them again, or choose all.', field: 'patients' }
  return undefined
}

/** The field that a refusal is about, told by what its sentence names. */
export const fieldOf = (message: string): Field | undefined => {
  const names: readonly (readonly [RegExp, Field])[] = [
    [/"_type"|_type/, 'types'],
    [/_since/, 'since'],
    [/_until/, 'until'],
    [/"patient"|Patient\//, 'patients'],
    [/Group/, 'groupId'],
  ]
  return names.find(([pattern]) => pattern.test(message))?.[1]
}
