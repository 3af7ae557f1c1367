"""The form of a control: native elements, which the keyboard and screen readers know."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from html import escape

from helpers.show.control_parts import Setting
from helpers.show.records import shown

MOST_BUTTONS = 4


def form_html(settings: Sequence[Setting], begun: Sequence[Hashable], *, name: str) -> str:
    """Return the form, hidden until the script that serves it is there.

    Parameters
    ----------
    settings
        What can be set; an option's value in the form is its place.
    begun
        The value of each that the page begins with.
    name
        Of the control; ids begin with it.
    """
    parts = [
        _setting(setting, list(setting.options).index(value), settings, name=name)
        for setting, value in zip(settings, begun, strict=True)
    ]
    # Browsers fill in what they remember, without telling the script.
    return (
        '<form class="trial-control-form" autocomplete="off" hidden>\n<fieldset>\n'
        f"<legend>Settings</legend>\n{''.join(parts)}</fieldset>\n"
        '<button type="reset">Back to this run</button>\n</form>\n'
    )


def _setting(setting: Setting, place: int, settings: Sequence[Setting], *, name: str) -> str:
    ident = f"{name}-{setting.column}"
    label = escape(shown(setting.label))
    words = [escape(shown(text)) for text in setting.options.values()]
    needs = _needs(setting, settings)
    if setting.slider:
        # Those who listen hear the words as the slider's value; an <output> would say them twice.
        listed = "".join(
            f'<option value="{at}" label="{text}"></option>' for at, text in enumerate(words)
        )
        return (
            f'<div class="trial-control-setting"{needs}><label for="{ident}">{label}</label> '
            f'<span class="trial-control-value" aria-hidden="true">{words[place]}</span>'
            f'<input type="range" id="{ident}" name="{setting.column}" min="0" '
            f'max="{len(words) - 1}" step="1" value="{place}" list="{ident}-values" '
            f'aria-valuetext="{words[place]}"><datalist id="{ident}-values">{listed}</datalist>'
            "</div>\n"
        )
    if len(words) <= MOST_BUTTONS:
        buttons = "".join(
            f'<label><input type="radio" name="{setting.column}" value="{at}"'
            f"{' checked' if at == place else ''}> {text}</label> "
            for at, text in enumerate(words)
        )
        return (
            f'<fieldset class="trial-control-setting"{needs}><legend>{label}</legend>{buttons}'
            "</fieldset>\n"
        )
    options = "".join(
        f'<option value="{at}"{" selected" if at == place else ""}>{text}</option>'
        for at, text in enumerate(words)
    )
    return (
        f'<div class="trial-control-setting"{needs}><label for="{ident}">{label}</label> '
        f'<select id="{ident}" name="{setting.column}">{options}</select></div>\n'
    )


def _needs(setting: Setting, settings: Sequence[Setting]) -> str:
    """Say of which setting, and which of its options, one depends that does not always matter."""
    places = []
    for other in settings:
        wanted = setting.only_with.get(other.column, ())
        places += [
            f"{other.column}={at}" for at, value in enumerate(other.options) if value in wanted
        ]
    return f' data-only-with="{" ".join(places)}"' if places else ""
