import { expect } from 'vitest'
import type { Harness } from '../support/harness.ts'

export type Entry = {
  readonly fullUrl?: string
  readonly resource: { readonly resourceType: string; readonly id: string; readonly [name: string]: unknown }
  readonly search: { readonly mode: string }
}
export type Searchset = {
  readonly resourceType: string
  readonly type: string
  readonly total?: number
  readonly link: readonly { readonly relation: string; readonly url: string }[]
  readonly entry?: readonly Entry[]
}

export const origin = 'http://127.0.0.1:8080'

/** A page of a search, once it has been seen to be a searchset Bundle. */
export const search = async (h: Harness, query: string): Promise<Searchset> => {
  const response = await h.request(`/fhir/${query}`)
  return readSearchset(response)
}

export const readSearchset = async (response: Response): Promise<Searchset> => {
  const text = await response.text()
  expect(`${response.status} ${text}`).toMatch(/^200 \{/)
  expect(response.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
  const bundle: Searchset = JSON.parse(text)
  expect(bundle).toMatchObject({ resourceType: 'Bundle', type: 'searchset' })
  expect(bundle.entry).not.toEqual([]) // R4: an array is never empty
  return bundle
}

export const nextOf = ({ link }: Searchset): string | undefined =>
  link.find(({ relation }) => relation === 'next')?.url

/** The matches, and in front of what is included a `+`. */
export const idsOf = ({ entry = [] }: Searchset): readonly string[] =>
  entry.map(({ resource, search: { mode } }) => (mode === 'include' ? `+${resource.id}` : resource.id))

/** All pages, by their `next` links; between two of them something may happen. */
export const allPages = async (
  h: Harness,
  query: string,
  between: (page: number) => Promise<void> = async () => {},
): Promise<readonly Searchset[]> => {
  const pages = [await search(h, query)]
  for (let next = nextOf(pages[0] ?? { resourceType: '', type: '', link: [] }); next !== undefined; ) {
    await between(pages.length)
    expect(next.startsWith(`${origin}/fhir/`)).toBe(true)
    const page = await search(h, next.slice(`${origin}/fhir/`.length))
    pages.push(page)
    next = nextOf(page)
    if (pages.length > 1000) throw new Error('the pages do not come to an end')
  }
  return pages
}
