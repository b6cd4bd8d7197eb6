"""A jinja environment in which a template can name things and nothing else.

docxtpl hands every part of the document to ``from_string``, so this is the one gate: the syntax tree may hold placeholders and
``{% if placeholder %}``, and is refused with everything else before it is compiled. There is no attribute, call, loop, filter,
literal or import, so there is nothing a template could reach; the sandbox below it is a second wall.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.errors import InputRefused
from app.drafting.own_template_names import Placeholder, nearest

_ALLOWED = ("Template", "Output", "TemplateData", "Name", "If", "Not", "And", "Or")
_SAID = {
    "For": "循环",
    "Getattr": "取属性（.）",
    "Getitem": "取下标（[ ]）",
    "Call": "调用（( )）",
    "Filter": "过滤器（|）",
    "Import": "引入",
    "FromImport": "引入",
    "Include": "引入",
    "Extends": "继承",
    "Macro": "宏",
    "Assign": "赋值",
    "Const": "常量",
}
FIX = "模板中只能写 {{ 占位符 }} 和 {% if 占位符 %}…{% endif %}，可用的占位符见 docs/template.md。"


def refused(message: str, subject: str = "", fix: str = FIX) -> InputRefused:
    return InputRefused("template_invalid", message, fix=fix, subject=subject)


def environment(known: Mapping[str, Placeholder]) -> Any:
    """The environment for a template that may use ``known``. Its ``from_string`` raises InputRefused ``template_invalid``."""
    from jinja2 import TemplateSyntaxError, meta
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Gate(ImmutableSandboxedEnvironment):
        def from_string(self, source: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                tree = self.parse(source)
            except TemplateSyntaxError as error:
                raise refused("模板写法有误：有占位符或标记没有成对，或其中有不认识的写法。") from error
            _check(tree)
            unknown = sorted(meta.find_undeclared_variables(tree) - set(known))
            if unknown:
                raise refused("；".join(_unknown(unknown, known)), unknown[0])
            return super().from_string(source, *args, **kwargs)

    gate = Gate(autoescape=False)
    for table in (gate.globals, gate.filters, gate.tests):
        table.clear()
    return gate


def _check(node: Any) -> None:
    kind = type(node).__name__
    if kind not in _ALLOWED:
        raise refused(f"模板中不能使用{_SAID.get(kind, f'“{kind}”')}。", kind)
    for child in node.iter_child_nodes():
        _check(child)


def _unknown(names: list[str], known: Mapping[str, Placeholder]) -> Iterator[str]:
    for name in names[:5]:
        close = nearest(name, known)
        hint = f"，是否指{'、'.join(f'“{n}”' for n in close)}" if close else ""
        yield f"没有占位符“{name}”{hint}"
