"""How a tag that takes a block writes its template."""

from django.template import Context, Engine
from django.utils.safestring import SafeString


def markup(name: str, /, **content: object) -> SafeString:
    """Return what the template of a component writes, without the spaces around it.

    Django has inclusion tags only for tags without a block.
    """
    template = Engine.get_default().get_template(f"components/{name}.html")
    return SafeString(template.render(Context(content)).strip())
