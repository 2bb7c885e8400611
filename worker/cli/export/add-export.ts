import { type Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { parseInstant } from '../../fhir/instant.ts'
import { addClientOptions, clientOf, clientOptions } from './client-options.ts'
import { type ExportQuery, type ExportRequest, type KickOffParameter, toPair } from './export-request.ts'

/** `sluice export`: its options, and what they mean. */
export const addExport = (program: Command, run: (request: ExportRequest) => Promise<void>): void => {
  const command = program
    .command('export')
    .description(
      'Export from any FHIR Bulk Data server into a folder, and check what came. A token for it comes from the variable SLUICE_TOKEN, or is had by --client-id and --key (SMART Backend Services).',
    )
    .option('--server <url>', 'FHIR base URL, for example http://127.0.0.1:8080/fhir')
    .addOption(
      new Option('--level <level>', 'what the export is about').choices(['system', 'patient', 'group']),
    )
    .option('--group <id>', 'the id of the Group, with --level group')
    .requiredOption('--out <folder>', 'folder for the files, empty or of an export begun before')
  addKickOffOptions(command)
  addClientOptions(command)
  addRunOptions(command)
  command.action(async (options: unknown) => {
    await run(requestOf(optionsSchema.parse(options)))
  })
}

const addKickOffOptions = (command: Command): void => {
  command
    .option('--type <types>', '_type: resource types, by commas or repeated', gather)
    .option('--since <instant>', '_since: an instant, or auto for the last complete run in the folder')
    .option('--until <instant>', '_until: an instant', instant)
    .option(
      '--patient <ids>',
      'patient: Patient ids, by commas or repeated; makes the request a POST',
      gather,
    )
    .option('--type-filter <query>', '_typeFilter; may be repeated', gather)
    .option('--elements <names>', '_elements, by commas or repeated', gather)
    .option('--include-associated-data <codes>', 'includeAssociatedData, by commas or repeated', gather)
    .option('--output-format <format>', '_outputFormat')
    .option('--organize-by <type>', 'organizeOutputBy: files of blocks, each of an instance of this type')
    .option('--param <name=value>', 'any other parameter of the kick-off; may be repeated', gather)
    .option('--post', 'send the parameters as a body')
    .option('--lenient', 'have the server ignore parameters that it does not know')
    .option('--header <header>', "a header for the server, 'Name: value'; may be repeated", gather)
}

const addRunOptions = (command: Command): void => {
  command
    .addOption(
      new Option('--status <url>', 'go on with an export that was started elsewhere').conflicts([
        'server',
        'resume',
      ]),
    )
    .addOption(
      new Option(
        '--resume',
        'go on with the unfinished run of the folder, whatever its request was',
      ).conflicts('restart'),
    )
    .option('--restart', 'give up the unfinished run of the folder and begin anew')
    .option('--parallel <files>', 'how many files at a time, 1 to 64', wholeNumber(1, 64), 4)
    .option('--delete', 'delete the export on the server when all is here and verified')
    .option('--timeout <seconds>', 'give up after this long in all', wholeNumber(1, 31_536_000), 86_400)
    .option(
      '--patience <seconds>',
      'give up when the server fails for this long',
      wholeNumber(0, 86_400),
      300,
    )
    .option('--json', 'print the report as JSON')
}

const gather = (value: string, earlier: readonly string[] = []): readonly string[] => [...earlier, value]

const instant = (text: string): string => {
  if (parseInstant(text) !== undefined) return text
  throw new InvalidArgumentError('It must be an instant such as 2026-11-20T10:26:46Z, or a date.')
}

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }

const texts = z.array(z.string()).default([])
const flag = z.boolean().default(false)
const optionsSchema = z.object({
  server: z.string().optional(),
  level: z.enum(['system', 'patient', 'group']).optional(),
  group: z.string().optional(),
  out: z.string(),
  type: texts,
  since: z.string().optional(),
  until: z.string().optional(),
  patient: texts,
  typeFilter: texts,
  elements: texts,
  includeAssociatedData: texts,
  outputFormat: z.string().optional(),
  organizeBy: z.string().optional(),
  param: texts,
  post: flag,
  lenient: flag,
  header: texts,
  ...clientOptions,
  status: z.string().optional(),
  resume: flag,
  restart: flag,
  parallel: z.number(),
  delete: flag,
  timeout: z.number(),
  patience: z.number(),
  json: flag,
})
type Options = z.infer<typeof optionsSchema>

const requestOf = (given: Options): ExportRequest => {
  const { server, status, since } = given
  if (server === undefined && status === undefined && !given.resume) {
    throw refusal('give --server to start one, --status to go on with one, or --resume')
  }
  if (since !== undefined && since !== 'auto' && parseInstant(since) === undefined) {
    throw refusal('--since must be auto, an instant such as 2026-11-20T10:26:46Z, or a date')
  }
  if (server === undefined) refuseParameters(given)
  return {
    query: server === undefined ? undefined : queryOf(given, server),
    since,
    statusUrl: status === undefined ? undefined : httpUrl(status, '--status').href,
    isResume: given.resume,
    isRestart: given.restart,
    out: given.out,
    parallel: given.parallel,
    deletesAfter: given.delete,
    headers: given.header.map(headerOf),
    client: clientOf(given),
    timeoutMs: given.timeout * 1000,
    patienceMs: given.patience * 1000,
    json: given.json,
  }
}

const queryOf = (given: Options, server: string): ExportQuery => {
  const level = given.level ?? (given.group === undefined ? 'system' : 'group')
  if (level === 'group' && given.group === undefined) throw refusal('--level group needs --group')
  if (level !== 'group' && given.group !== undefined)
    throw refusal(`--group does not go with --level ${level}`)
  if (given.group !== undefined && !/^[A-Za-z0-9.-]{1,64}$/.test(given.group)) {
    throw refusal('--group must be the id of a Group, of letters, digits, - and .')
  }
  return {
    server: baseOf(server),
    level,
    group: given.group,
    parameters: [...parametersOf(given)],
    isPost: given.post || given.patient.length > 0,
    isLenient: given.lenient,
  }
}

const baseOf = (text: string): string => {
  const url = httpUrl(text, '--server')
  if (url.search !== '' || url.hash !== '') throw refusal('--server must be without query and fragment')
  return url.href.replace(/\/+$/, '')
}

/** The text is not repeated, for it may hold a password. */
const httpUrl = (text: string, option: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return url
  throw refusal(`${option} must be an http or https URL, without user and password`)
}

const parametersOf = (given: Options): readonly KickOffParameter[] => {
  const pairs = (name: string, values: readonly string[]) => values.map((value) => toPair(name, value))
  const joined = (name: string, values: readonly string[]) =>
    pairs(name, values.length > 0 ? [values.join(',')] : [])
  const ids = given.patient.flatMap((value) => value.split(',')).filter((id) => id !== '')
  return [
    ...joined('_type', given.type),
    ...pairs('_until', given.until === undefined ? [] : [given.until]),
    ...pairs('_typeFilter', given.typeFilter),
    ...joined('_elements', given.elements),
    ...joined('includeAssociatedData', given.includeAssociatedData),
    ...pairs('_outputFormat', given.outputFormat === undefined ? [] : [given.outputFormat]),
    ...pairs('organizeOutputBy', given.organizeBy === undefined ? [] : [given.organizeBy]),
    ...given.param.map(namedParameter),
    ...pairs(
      'patient',
      ids.map((id) => (id.startsWith('Patient/') ? id : `Patient/${id}`)),
    ),
  ]
}

const namedParameter = (text: string): KickOffParameter => {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name === '') throw refusal('--param must be name=value')
  if (name !== 'allowPartialManifests') return toPair(name, value)
  throw refusal(`--param ${name} would bring a manifest of a kind that this command does not read`)
}

const headerOf = (text: string): readonly [string, string] => {
  const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7E]*)$/.exec(text) ?? []
  if (name === '') throw refusal("--header must be 'Name: value', of visible ASCII characters")
  if (name.toLowerCase() === 'authorization') {
    throw refusal(
      '--header must not be Authorization: a command line is seen by others; put the token into SLUICE_TOKEN',
    )
  }
  return [name, value]
}

/** What is going on already cannot be asked for in another way. */
const refuseParameters = (given: Options): void => {
  const { level, group, post, lenient, since } = given
  const isAsked = parametersOf(given).length > 0 || level || group || post || lenient || since !== undefined
  if (isAsked)
    throw refusal(
      'parameters of the kick-off need --server; --status and --resume go on with one that was made',
    )
}

const refusal = (reason: string): SluiceError => new SluiceError('invalid', `Cannot export: ${reason}`)
