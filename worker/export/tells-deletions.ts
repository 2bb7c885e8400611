import type { Job } from '../store/jobs.ts'

/** Whether the job has `deleted` files: with `_since`, or where the request asks for them (`includeAssociatedData=_deleted`). */
export const tellsDeletions = ({ hasSince, shape }: Job): boolean => hasSince || shape.associated.deleted
