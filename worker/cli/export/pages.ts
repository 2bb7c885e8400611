import { z } from 'zod'
import { type ListedManifest, readManifest, refusal, sectionNames } from './manifest.ts'

/** The whole manifest, page after page; most have one. `readPage` asks for the text of a page until it is there. */
export const readPages = async (
  statusUrl: URL,
  readPage: (url: URL) => Promise<string>,
): Promise<ListedManifest> => {
  const pages: ListedManifest[] = []
  const seen = new Set<string>()
  for (let url: URL | undefined = statusUrl; url !== undefined; ) {
    if (seen.has(url.href)) throw refusal('its pages go round in a circle')
    seen.add(url.href)
    const page: ListedManifest = readManifest(await readPage(url), url)
    pages.push(page)
    url = page.next
  }
  const [first, second] = pages
  if (first === undefined) throw refusal('it has no pages')
  return second === undefined ? first : joinPages(first, pages)
}

/** What all pages list, as one manifest would: section after section. Their other fields are the same (IG). */
const joinPages = (first: ListedManifest, pages: readonly ListedManifest[]): ListedManifest => ({
  ...first,
  files: sectionNames
    .flatMap((name) => pages.flatMap(({ files }) => files.filter(({ section }) => section === name)))
    .map((file, index) => ({ ...file, index })),
  text: joinTexts(pages.map(({ text }) => text)),
  next: undefined,
})

const pageSchema = z.looseObject(
  Object.fromEntries(sectionNames.map((name) => [name, z.array(z.unknown()).nullish()])),
)

const joinTexts = (texts: readonly string[]): string => {
  const [first, ...others] = texts.map((text) => pageSchema.parse(JSON.parse(text)))
  const { link: _, ...joined } = first ?? {}
  for (const page of others) {
    for (const name of sectionNames) {
      const items = [joined[name], page[name]].flatMap((each) => (Array.isArray(each) ? each : []))
      if (items.length > 0) joined[name] = items
    }
  }
  return JSON.stringify(joined)
}
