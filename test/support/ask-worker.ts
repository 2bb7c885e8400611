import { askAll } from './ask-all.ts'

/** A Worker that asks servers of others, and judges what they answer, where it runs. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { host, tokens }: { host: string; tokens: readonly string[] } = await request.json()
    return Response.json(await askAll(host, tokens))
  },
}
