"""A look at one page as its readers see it: accessible, in the right order, nothing cut off, in light and dark."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageChops
from playwright.sync_api import Page

from config.devstack.state import ROOT
from tests.ui.bidi import reversed_numbers

AXE = Axe()
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: All rules but that of contrast, which takes longer than they do and is asked once of each combination of colours.
STRUCTURE = {
    "runOnly": {"type": "tag", "values": STANDARDS},
    "rules": {"color-contrast": {"enabled": False}},
    "resultTypes": ["violations"],
}
#: The width and height of WCAG 2.5.8.
LEAST_TARGET = 24
#: Whether two targets would meet if each had the least width and height about its middle. Where none would, the rule of
#: targets has nothing to find; of all but contrast it takes longest. For that rule too, what stays in its place when a
#: page moves meets only its like. The part that a page begins with and a table that moves can be reached, not used.
CROWDED = """least => {
  const stays = element => element && (getComputedStyle(element).position === "fixed" || stays(element.parentElement));
  const reach = element => {
    const box = element.getBoundingClientRect();
    const x = Math.max(0, least - box.width) / 2, y = Math.max(0, least - box.height) / 2;
    const [left, right, top, bottom] = [box.left - x, box.right + x, box.top - y, box.bottom + y];
    return {left, right, top, bottom, stays: !!stays(element)};
  };
  const targets = "a[href], area[href], button, input, select, textarea, summary, [tabindex]:not(main, [role=region])";
  const reaches = [...document.querySelectorAll(targets)]
    .filter(element => element.getClientRects().length && element.checkVisibility({visibilityProperty: true}))
    .map(reach);
  return reaches.some((one, place) => reaches.slice(place + 1).some(other => one.stays === other.stays
    && one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom));
}"""
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["passes"], "elementRef": True}
#: Half a megabyte, which costs less to fetch, as a script of the page, than to hand over: false where it cannot be.
FETCH = """address => location.origin === new URL(address).origin && navigator.onLine
  && import(address).then(() => true, () => false)"""
RUN = """options => axe.run(options).then(found => found.violations.flatMap(
  rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`)))"""
#: Contrast follows from the colours and the size of a text and from what lies below it: from the grounds of what it
#: stands in, down to one that covers all below. A text that may lie on anything else (positioned, on no such ground) is
#: judged on every page; of the others, a few of each combination that is not among the known. What only screen readers
#: say has no colour, for axe neither, nor has what lies above the page. Returns the faults, and the combinations that
#: the rule has found good.
RUN_CONTRAST = """async ([known, few, options]) => {
  const proven = new Set(known), chosen = new Map(), counts = new Map(), grounds = new Map();
  const moves = (element, style) => style.position === "sticky"
    ? style.bottom !== "auto" || element.getBoundingClientRect().top <= parseFloat(style.top) + 1
    : !["static", "relative"].includes(style.position);
  const ground = element => {
    if (!element) return {colours: "", laid: false, faded: false, unseen: false};
    if (grounds.has(element)) return grounds.get(element);
    const style = getComputedStyle(element), below = ground(element.parentElement);
    const colour = style.backgroundColor, own = [colour, style.backgroundImage, style.opacity].join();
    const faded = below.faded || style.opacity !== "1";
    const covers = !faded && colour.startsWith("rgb(") && style.backgroundImage === "none";
    grounds.set(element, {
      colours: covers ? colour : own === "rgba(0, 0, 0, 0),none,1" ? below.colours : `${below.colours}|${own}`,
      laid: !covers && (below.laid || moves(element, style)),
      faded,
      unseen: below.unseen || style.clipPath === "inset(50%)",
    });
    return grounds.get(element);
  };
  const isText = node => node.nodeType === Node.TEXT_NODE && node.data.trim();
  const says = element => element.matches("[type=checkbox], [type=radio]")
    ? false
    : element.value || [...element.childNodes].some(isText);
  for (const element of document.body.querySelectorAll("*")) {
    if (!says(element) || !element.checkVisibility({visibilityProperty: true})) continue;
    const style = getComputedStyle(element), {colours, laid, unseen} = ground(element);
    if (unseen || element.getBoundingClientRect().bottom + scrollY <= 0) continue;
    const look = laid ? "" : [style.color, style.fontSize, style.fontWeight, style.textShadow, colours].join("|");
    const count = counts.get(look) || 0;
    if (look && (proven.has(look) || count === few)) continue;
    counts.set(look, count + 1);
    chosen.set(element, look);
  }
  if (!chosen.size) return [[], []];
  // It draws each text to see whether it is the name of an icon, and takes Arabic letters, which join, for one.
  const {prototype} = CanvasRenderingContext2D, {getImageData} = prototype;
  prototype.getImageData = () => ({data: new Uint8Array(4).fill(1)});
  const found = await axe.run({include: [...chosen.keys()]}, options)
    .finally(() => { prototype.getImageData = getImageData; });
  const nodes = rules => rules.flatMap(rule => rule.nodes);
  const good = nodes(found.passes).map(node => chosen.get(node.element)).filter(Boolean);
  return [nodes(found.violations).map(node => `color-contrast: ${node.html.slice(0, 160)}`), good];
}"""
#: How many texts of a combination are judged on a page.
FEW = 3
#: The width of WCAG 1.4.10, that of a small phone, and of a page enlarged four times.
NARROW = 320
#: What reaches beyond the page and is not cut by a box of its own, the innermost only.
BEYOND = """() => {
  const width = document.documentElement.clientWidth, root = document.scrollingElement;
  if (root.scrollWidth <= width) return [];
  const beyond = element => {
    const box = element.getBoundingClientRect();
    return box.width && (box.right > width + 1 || box.left < -1);
  };
  return [...document.body.querySelectorAll("*")]
    .filter(element => beyond(element) && ![...element.children].some(beyond) && !element.closest(".vh, .skip"))
    .map(element => element.outerHTML.slice(0, 160));
}"""
PICTURES = ROOT / "docs" / "images"
#: The pages of which the documents show a picture: small ones of telephones, finer than the screen they are seen on.
SHOWN = frozenset(
    {
        "home", "register-who", "new-agency", "new-check", "receipt", "case-accepted", "case-answered",
        "desk-queue", "desk-case", "desk-accept", "desk-close-refused", "triage", "reports",
    }
)  # fmt: skip
HANDBOOK = ROOT / "static" / "handbook"
#: The pages of which the handbook of staff shows a picture, all of them seen at a desk.
IN_HANDBOOK = frozenset(
    {
        "desk-queue", "desk-accept", "desk-close", "desk-sign", "desk-officers", "triage", "reports",
        "call", "caller", "directorate-requests", "directorate-by-account",
    }
)  # fmt: skip
HANDBOOK_WIDTH = 960
#: What is left of the empty end of a page below its last part, in dots.
EMPTY_END = 24
WIDEST_PHONE = 480
PHONE_SCALE = 1.5
MOST_COLOURS = 64
#: Each page of the handbook shows two or three pictures.
MOST_COLOURS_IN_HANDBOOK = 32


@dataclass
class Looks:
    """What has been looked at; a page seen once in a language and size is not examined again."""

    pictures: bool
    #: The address where the server of the pages has axe; pages of others are handed it.
    axe: str = "about:blank"
    seen: set[tuple[str, str, int]] = field(default_factory=set)
    #: The combinations of colours and sizes that can be read.
    colours: set[str] = field(default_factory=set)

    def scale(self, size: dict[str, int]) -> float:
        """Return how many dots of a picture a dot of a window of ``size`` takes."""
        return PHONE_SCALE if self.pictures and size["width"] <= WIDEST_PHONE else 1

    def at(self, page: Page, name: str, *, language: str) -> None:
        """Examine the page ``page`` stands on, and keep a picture of it where one is wanted."""
        # Half a page has neither all its headings nor what its scripts put there.
        page.wait_for_load_state()
        size = page.viewport_size
        assert size is not None
        if (name, language, size["width"]) in self.seen:
            return
        self.seen.add((name, language, size["width"]))
        assert (name, page.locator("html").get_attribute("lang"), self._faults(page)) == (name, language, [])
        if self.pictures and name in SHOWN:
            _keep(_picture(page), PICTURES / f"{name}-{language}.png")
        if self.pictures and name in IN_HANDBOOK and size["width"] > WIDEST_PHONE:
            _keep(_smaller(_picture(page)), HANDBOOK / f"{name}-{language}.png", colours=MOST_COLOURS_IN_HANDBOOK)

    def _faults(self, page: Page) -> list[str]:
        found = [f"turned round: {text}" for text in reversed_numbers(page.content())]
        found += self._violations(page)
        return found + [f"beyond the edge: {part}" for part in beyond_the_edge(page)]

    def _violations(self, page: Page) -> list[str]:
        if not page.evaluate(FETCH, self.axe):
            page.evaluate(AXE.axe_script)
        rules = STRUCTURE["rules"] | {"target-size": {"enabled": page.evaluate(CROWDED, LEAST_TARGET)}}
        found: list[str] = page.evaluate(RUN, STRUCTURE | {"rules": rules})
        found += self._contrast(page)
        # All that changes in the dark is colours.
        page.emulate_media(color_scheme="dark")
        found += [f"in the dark: {fault}" for fault in self._contrast(page)]
        page.emulate_media(color_scheme="light")
        return found

    def _contrast(self, page: Page) -> list[str]:
        """Return the texts that cannot be told from their background; combinations that can are known from then on."""
        found: list[str]
        found, good = page.evaluate(RUN_CONTRAST, [sorted(self.colours), FEW, CONTRAST])
        if not found:
            self.colours |= set(good)
        return found


def beyond_the_edge(page: Page) -> list[str]:
    """Return what reaches beyond the edge of the narrowest window a page must fit."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": NARROW, "height": size["height"]})
    found: list[str] = page.evaluate(BEYOND)
    page.set_viewport_size(size)
    return found


def _picture(page: Page) -> Image.Image:
    """Return what the window shows."""
    page.evaluate("scrollTo(0, 0)")
    return Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")


def _smaller(picture: Image.Image) -> Image.Image:
    """Return ``picture`` at the width of the handbook, without the empty end of a short page."""
    ground = Image.new("RGB", picture.size, picture.getpixel((0, picture.height - 1)))
    box = ImageChops.difference(picture, ground).getbbox()
    end = min(picture.height, box[3] + EMPTY_END) if box else picture.height
    height = round(end * HANDBOOK_WIDTH / picture.width)
    return picture.crop((0, 0, picture.width, end)).resize((HANDBOOK_WIDTH, height), Image.Resampling.LANCZOS)


def _keep(picture: Image.Image, path: Path, *, colours: int = MOST_COLOURS) -> None:
    """Save ``picture`` in few colours: it takes a fifth of the room then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
