"""axe-core in the page: what of it is serious or critical."""

from axe_playwright_python.sync_playwright import Axe

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}
AXE = Axe()


def serious_findings(page):
    """One line a rule that is broken, with the first element that breaks it."""
    violations = AXE.run(page, options=RULES).response["violations"]
    return [
        f"axe {violation['impact']}: {violation['id']}, {len(violation['nodes'])} times, first "
        f"{violation['nodes'][0]['target']} {violation['nodes'][0].get('failureSummary', '')!r}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
    ]
