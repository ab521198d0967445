import { nextTick, ref, watch, type Ref } from 'vue'

/**
 * useNext keeps those who listen with the item that is shown. Where the focus fell to the page when another item came, the item's region gets
 * it and is read out by its name; where it stays, on a button say, what comes back is to be shown in a live region.
 */
export function useNext(at: () => string, region: Ref<HTMLElement | undefined>, called: () => string): Ref<string> {
  const spoken = ref('')
  watch(at, (now, was) => nextTick(() => {
    if (matchMedia('(max-width: 900px)').matches) scrollTo(0, 0)
    else if (was && document.activeElement === document.body) return region.value?.focus({ preventScroll: true })
    spoken.value = now && was ? called() : ''
  }))
  return spoken
}
