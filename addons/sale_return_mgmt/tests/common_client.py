from lxml import etree


class ClientMixin:
    """What the web client asks for when it shows a view."""

    def _get_specification(self, node, models, model):
        """What ``web_read`` is asked for to show the view ``node``."""
        specification = {}
        for child in node:
            name = child.get("name")
            field = models[model]["fields"].get(name) if child.tag == "field" else None
            if not field:
                specification.update(self._get_specification(child, models, model))
                continue
            specification[name] = {}
            if field["type"] in ("many2one", "one2many", "many2many"):
                inner = {}
                if field["relation"] in models:
                    inner = self._get_specification(child, models, field["relation"])
                specification[name]["fields"] = inner or {"display_name": {}}
        return specification

    def _get_form(self, records):
        """The specification of the form of ``records``."""
        views = records.get_views([(False, "form")], {})
        root = etree.fromstring(views["views"]["form"]["arch"])
        return self._get_specification(root, views["models"], records._name)
