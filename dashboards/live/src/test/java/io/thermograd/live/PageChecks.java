package io.thermograd.live;

/** What is measured in the page itself. */
final class PageChecks {
  /** By how many pixels the page is wider than the window. */
  static final String HORIZONTAL_SCROLL =
      "() => Math.max(0, document.documentElement.scrollWidth - innerWidth)";

  /**
   * Pairs of visible texts whose boxes overlap by more than rounding. A box is that of the text
   * itself, clipped as its ancestors clip it, not that of its element.
   */
  static final String OVERLAPS =
      """
      () => {
        const boxes = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const parent = node.parentElement;
          if (!node.textContent.trim() || !parent.checkVisibility({visibilityProperty: true})
              || parent.closest('.hidden-text, .skip, .top, noscript')) {
            continue;
          }
          const range = document.createRange();
          range.selectNodeContents(node);
          for (const r of range.getClientRects()) {
            let {left, top, right, bottom} = r;
            for (let a = parent; a; a = a.parentElement) {
              const style = getComputedStyle(a);
              if (style.overflow !== 'visible' && style.display !== 'inline') {
                const c = a.getBoundingClientRect();
                left = Math.max(left, c.left);
                right = Math.min(right, c.right);
                top = Math.max(top, c.top);
                bottom = Math.min(bottom, c.bottom);
              }
            }
            if (right - left > 1 && bottom - top > 1) {
              boxes.push({left, top, right, bottom, node, text: node.textContent.trim()});
            }
          }
        }
        const found = [];
        for (let i = 0; i < boxes.length; i++) {
          for (let j = i + 1; j < boxes.length; j++) {
            const a = boxes[i];
            const b = boxes[j];
            if (a.node === b.node) {
              continue;
            }
            const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            // Lines of text may touch: line boxes are a little higher than letters.
            const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (x > 1.5 && y > 4) {
              found.push(`${a.text} / ${b.text}`);
            }
          }
        }
        return found;
      }
      """;

  private PageChecks() {}
}
