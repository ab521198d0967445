// What somebody is typing outlives the page on which it is typed, and a reload: it is kept in this tab's storage, each person's own, until
// it is sent.
import { computed, onBeforeUnmount, onMounted, reactive, watch } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'
import { t } from '@doorstep/kit/language.ts'
import { pairs, whenTold, type Waiting } from './decisions'
import { session } from './session'

const key = 'doorstep.typed'
const all = reactive<Record<string, unknown>>(JSON.parse(sessionStorage.getItem(key) ?? '{}') as Record<string, unknown>)
watch(all, () => sessionStorage.setItem(key, JSON.stringify(all)), { deep: true })
const own = (place: string) => session.me?.id + ' ' + place

/** useTyped is what the person is typing at a place; none where that is nothing. */
export function useTyped<T>(place: () => string, none: T) {
  const blank = JSON.stringify(none)
  return computed<T>({
    get: () => (all[own(place())] as T | undefined) ?? none,
    set: (v) => { if (JSON.stringify(v) === blank) delete all[own(place())]; else all[own(place())] = v },
  })
}

/** places of what is typed about a record or a pair, which is done with once the decision is told. */
export const remarksOn = (id: string) => 'remarks ' + id
export const commentOn = (id: string) => 'comment ' + id
whenTold((w: Waiting) => {
  const id = w.collection === pairs ? w.id : w.collection + '/' + w.id
  for (const place of [remarksOn(id), commentOn(id)]) delete all[w.by + ' ' + place]
})

/** useGuard asks before a page is left with which something typed would go. */
export function useGuard(loses: () => boolean) {
  const ask = (e: BeforeUnloadEvent) => { if (loses()) e.preventDefault() }
  onMounted(() => addEventListener('beforeunload', ask))
  onBeforeUnmount(() => removeEventListener('beforeunload', ask))
  onBeforeRouteLeave(() => !loses() || confirm(t('app.leave')))
}
