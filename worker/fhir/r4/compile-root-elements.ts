import { SluiceError } from '../../errors.ts'

/** Of HL7's definition of a type: all its elements, `Patient` first, then `Patient.id` and so on. */
export type DefinedRoot = {
  readonly type: string
  readonly snapshot: { readonly element: readonly DefinedRootElement[] }
}

export type DefinedRootElement = {
  readonly path: string
  readonly min: number
  readonly isModifier: boolean
  readonly type: readonly { readonly code: string }[]
}

export type RootElements = {
  /** What every type has, and what all have but those named by `bare`, as `describe` writes it. */
  readonly resource: string
  readonly domainResource: string
  readonly bare: readonly string[]
  /** What a type has besides, by its name. */
  readonly own: ReadonlyMap<string, string>
}

/**
 * The root elements of every type, one text a type: names, each with `!` before it when no resource may lose it, and with its types behind it when
 * it is a choice. Build-time code of `generate.ts`.
 */
export const compileRootElements = (
  concrete: readonly DefinedRoot[],
  resource: DefinedRoot,
  domainResource: DefinedRoot,
): RootElements => {
  const ofAll = rootsOf(resource)
  const ofMost = rootsOf(domainResource).filter((element) => !ofAll.includes(element))
  const own = new Map<string, string>()
  const bare: string[] = []
  for (const definition of concrete) {
    const elements = rootsOf(definition)
    const missing = [...ofAll, ...ofMost].filter((element) => !elements.includes(element))
    if (missing.length > 0 && missing.join() !== ofMost.join())
      throw refusal(definition.type, `it has no ${missing.join(' and no ')}`)
    if (missing.length > 0) bare.push(definition.type)
    const others = elements.filter((element) => !ofAll.includes(element) && !ofMost.includes(element))
    own.set(definition.type, others.join(' '))
  }
  return { resource: ofAll.join(' '), domainResource: ofMost.join(' '), bare, own }
}

const rootsOf = ({ type, snapshot }: DefinedRoot): readonly string[] =>
  snapshot.element
    .filter(({ path }) => path.split('.').length === 2)
    .map((element) => describe(type, element))

/** `!status`, `name` or `value:Quantity,String`. Mandatory elements and modifiers are those that no resource may lose. */
const describe = (owner: string, { path, min, isModifier, type }: DefinedRootElement): string => {
  const mark = min > 0 || isModifier ? '!' : ''
  const name = path.slice(owner.length + 1)
  if (!/^[a-z][A-Za-z]*(?:\[x\])?$/.test(name))
    throw refusal(path, 'its name has other characters than letters')
  if (!name.endsWith('[x]')) return mark + name
  return `${mark}${name.slice(0, -'[x]'.length)}:${type.map(({ code }) => capitalized(code)).join(',')}`
}

const capitalized = (code: string): string => code.charAt(0).toUpperCase() + code.slice(1)

const refusal = (what: string, reason: string): SluiceError =>
  new SluiceError('internal', `Cannot compile the root elements of "${what}": ${reason}`)
