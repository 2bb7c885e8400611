import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { type Lease, renewLease } from '../store/units.ts'

/** The lease is another's now: stop quietly, write nothing (I5). Not an error of the job, so not a `SluiceError`. */
export class LostLease extends Error {}

/** Takes the answer of a write under a lease: not held is the end of the slice. */
export const held = (isHeld: boolean): void => {
  if (!isHeld) throw new LostLease()
}

export type LeaseKeeper = {
  /** Renews the lease when a third of it has passed. Called between pages. */
  keep(): Promise<void>
  /**
   * Waits for the storage, renewing the lease meanwhile; after `storageTimeoutMs` it counts as unavailable, so that one that never answers
   * fails the job in the end.
   */
  during<T>(work: Promise<T>): Promise<T>
  /** When a lease renewed now would end; also notes that a write is renewing it. */
  renewed(): number
}

export const createLeaseKeeper = ({ db, clock, config }: Deps, lease: Lease): LeaseKeeper => {
  const { leaseMs, storageTimeoutMs } = config.limits
  const thirdMs = Math.ceil(leaseMs / 3)
  let renewedAt = clock.now()
  const renewed = () => {
    renewedAt = clock.now()
    return renewedAt + leaseMs
  }
  const renew = async () => {
    held(await renewLease(db, lease, renewed()))
  }
  return {
    renewed,
    keep: async () => {
      if (clock.now() - renewedAt >= thirdMs) await renew()
    },
    during: async (work) => {
      const startedAt = clock.now()
      const stop = new AbortController()
      const settled = work.then(
        () => true,
        () => true,
      )
      try {
        while (!(await Promise.race([settled, clock.sleep(thirdMs, stop.signal).then(() => false)]))) {
          if (clock.now() - startedAt >= storageTimeoutMs) throw noAnswer()
          await renew()
        }
        return await work
      } finally {
        stop.abort()
      }
    },
  }
}

const noAnswer = (): SluiceError =>
  new SluiceError('storage-unavailable', 'Cannot write to the storage: it does not answer')
