/** queueFilters are the parameters of GET queue that stand in the address of the review page. */
export const queueFilters = ['form', 'state', 'area', 'worker', 'campaign', 'code', 'from', 'to', 'photo', 'returned', 'clock', 'flag', 'sort'] as const
