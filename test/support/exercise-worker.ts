import { type S3Options, s3Storage } from '../../worker/storage/s3.ts'
import { exerciseStorage } from './exercise-storage.ts'

/** A Worker that exercises the S3 adapter where it runs. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { options, partBytes }: { options: S3Options; partBytes: number } = await request.json()
    return Response.json(await exerciseStorage(s3Storage(options), partBytes))
  },
}
