import { SluiceError } from '../../errors.ts'

/** A step of an expression: a member, what stands in brackets behind it, and the type it is cast to. */
export type ReadStep = { readonly name: string; readonly suffix: string; readonly cast: string | undefined }

/** `(a.b as T)`, `a.b.as(T)`, `a.where(x='y').b`, `a.extension('url').value`, `a.where(resolve() is T)`, `a[0].b`. */
export const readExpression = (
  expression: string,
): { readonly steps: readonly ReadStep[]; readonly cast: string | undefined } => {
  const parenthesised = /^\((.*?)(?: as (\w+))?\)(\..*)?$/.exec(expression)
  if (parenthesised !== null) {
    const [, inner = '', cast, rest = ''] = parenthesised
    const before = readExpression(inner).steps
    if (rest === '') return { steps: before, cast }
    const casted = before.map((step, at) => (at === before.length - 1 ? { ...step, cast } : step))
    return { steps: [...casted, ...readExpression(rest.slice(1)).steps], cast: undefined }
  }
  if (/\.exists\(\) and /.test(expression)) {
    const [path = ''] = expression.split('.exists()')
    const { steps } = readExpression(path)
    return { steps: steps.map((step) => ({ ...step, suffix: '!' })), cast: undefined }
  }
  const steps: ReadStep[] = []
  let rest = expression
  while (rest !== '') {
    const found = stepPattern.exec(rest)
    if (found?.groups === undefined) throw refusal(expression, 'its form is not known')
    const { name = '', index, call = '' } = found.groups
    rest = rest.slice(found[0].length)
    const last = steps.at(-1)
    const previous = (): ReadStep => {
      if (last === undefined) throw refusal(expression, 'it begins with a function')
      steps.pop()
      return last
    }
    if (call === '') steps.push({ name, suffix: index === undefined ? '' : `[${index}]`, cast: undefined })
    else if (name === 'as' || name === 'ofType') steps.push({ ...previous(), cast: call })
    else if (name === 'extension') steps.push({ name, suffix: `[url=${unquote(call)}]`, cast: undefined })
    else if (name === 'where') {
      const step = previous()
      steps.push({ ...step, suffix: step.suffix + readCondition(call, expression) })
    } else throw refusal(expression, `it calls ${name}`)
  }
  const last = steps.at(-1)
  return { steps, cast: last?.cast }
}

const stepPattern = /^\.?(?<name>\w+)(?:\[(?<index>\d+)\]|\((?<call>(?:[^()]|\([^()]*\))*)\))?(?=\.|$)/

const readCondition = (call: string, expression: string): string => {
  const isType = /^resolve\(\) is (\w+)$/.exec(call)
  if (isType !== null) return `[->${isType[1]}]`
  const equals = /^(\w+)\s*=\s*'([^']*)'$/.exec(call)
  if (equals !== null) return `[${equals[1]}=${equals[2]}]`
  const hasExtension = /^hasExtension\('([^']*)'\)$/.exec(call)
  if (hasExtension !== null) return `[ext=${hasExtension[1]}]`
  throw refusal(expression, `its condition ${call} is not known`)
}

const unquote = (text: string): string => text.replaceAll("'", '')

const refusal = (value: string, reason: string): SluiceError =>
  new SluiceError('internal', `Cannot compile search parameter "${value}": ${reason}`)
