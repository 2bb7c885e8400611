/** A job's page is made anew for each job: nothing of one may be seen in another's. */
export const load = ({ params }: { params: { id: string } }) => ({ jobId: params.id })
