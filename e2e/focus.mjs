// What the keyboard stands on, and how it is moved.
import assert from 'node:assert/strict'

// The label of a field, the words of a link or button, the legend around it.
export const focused = (page) =>
  page.evaluate(() => {
    const one = document.activeElement
    const label = one.labels?.[0]?.innerText ?? one.innerText ?? one.getAttribute('aria-label') ?? ''
    const legend = one.closest('fieldset')?.querySelector('legend')?.innerText ?? ''
    const box = one.getBoundingClientRect()
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    const covered = box.height > 0 && top && !one.contains(top) && !top.contains(one) && !one.labels?.[0]?.contains(top)
    return { label: label.trim(), legend: legend.trim(), type: one.type ?? '', covered, checked: one.checked ?? false }
  })

// Presses Tab until the focus is where it should be, always to be seen.
export async function tabTo(page, wanted, press = (key) => page.keyboard.press(key)) {
  for (let step = 0; step < 80; step += 1) {
    await press('Tab')
    const at = await focused(page)
    assert.ok(!at.covered, `the focus on "${at.label}" is covered`)
    if (wanted(at)) return at
  }
  throw new Error(`not reached with Tab on ${page.url()}: ${wanted}`)
}

// Chooses in a group: arrows move among radio buttons, Tab among boxes.
export async function choose(page, legend, label, press = (key) => page.keyboard.press(key)) {
  let at = await tabTo(page, (one) => one.legend.startsWith(legend), press)
  const next = at.type === 'radio' ? 'ArrowDown' : 'Tab'
  for (let step = 0; step < 20 && at.label !== label; step += 1) {
    await press(next)
    at = await focused(page)
  }
  assert.equal(at.label, label)
  if (!at.checked) await press('Space')
}
