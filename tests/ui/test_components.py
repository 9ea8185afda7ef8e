"""What each component writes, in Arabic and in English."""

from datetime import UTC, date, datetime

import pytest
from django.test import RequestFactory
from django.urls import resolve, translate_url
from django.utils import translation
from django.utils.html import escape

from kit.dates import day_text
from kit.forms import Card, ChoiceCardsField, DigitsField, Form, LineField, ParagraphField, PasswordField
from tests.ui.bidi import reversed_numbers
from tests.ui.render import rendered, squeezed

MORNING = datetime(2026, 1, 15, 7, 42, tzinfo=UTC)
NIGHT = datetime(2026, 1, 15, 21, 5, tzinfo=UTC)


# ---- numbers ----


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{% num 1240 %}", '<bdi dir="ltr" class="nowrap">1,240</bdi>'),
        ('{% num 85 unit="%" %}', '<bdi dir="ltr" class="nowrap">85%</bdi>'),
        ('{% num "079 ••• ••34" %}', '<bdi dir="ltr" class="nowrap">079 ••• ••34</bdi>'),
        ('{% ref "2604821735" %}', '<bdi dir="ltr" class="ref">26 0482 1735</bdi>'),
        ('{% phone "+962790001234" %}', '<bdi dir="ltr" class="nowrap">079 000 1234</bdi>'),
        ('{% phone "065008080" %}', '<bdi dir="ltr" class="nowrap">06 500 8080</bdi>'),
        ('{% phone "+971501234567" %}', '<bdi dir="ltr" class="nowrap">+971 50 123 4567</bdi>'),
        ('{% phone "911" link=True %}', '<a href="tel:911"><bdi dir="ltr" class="nowrap">911</bdi></a>'),
        ('{% phone "117116" %}', '<bdi dir="ltr" class="nowrap">117116</bdi>'),
        (
            '{% phone "065008080" link=True %}',
            '<a href="tel:+96265008080"><bdi dir="ltr" class="nowrap">06 500 8080</bdi></a>',
        ),
        ("{% pill 7 %}", '<bdi dir="ltr" class="pill">7</bdi>'),
        ('{% pill 100 kind="bad" %}', '<bdi dir="ltr" class="pill pill-bad">99+</bdi>'),
        ("{% file_size 100 %}", '<bdi dir="ltr" class="nowrap">1</bdi> كيلوبايت'),
        ("{% file_size 1887436 %}", '<bdi dir="ltr" class="nowrap">1.8</bdi> ميغابايت'),
    ],
)
def test_a_number_is_isolated_and_grouped(source, written):
    assert rendered(source) == written


def test_what_a_person_typed_is_escaped_and_takes_its_own_direction():
    assert rendered("{% user_text name %}", name="<b>Rana") == "<bdi>&lt;b&gt;Rana</bdi>"


def test_lines_a_person_typed_become_paragraphs_with_their_own_direction():
    html = rendered("{% user_text text lines=True %}", text="أولًا\n\nSecond <i>")
    assert html == '<p dir="auto">أولًا</p><p dir="auto">Second &lt;i&gt;</p>'


def test_a_file_name_is_read_left_to_right():
    assert rendered("{% file_name name %}", name="صورة.jpg") == '<bdi dir="ltr">صورة.jpg</bdi>'


# ---- dates ----


@pytest.mark.parametrize(
    ("language", "value", "written"),
    [
        ("ar", date(2026, 1, 15), '<time datetime="2026-01-15">15 كانون الثاني 2026</time>'),
        ("en", date(2026, 1, 15), '<time datetime="2026-01-15">15 January 2026</time>'),
        ("ar", NIGHT, '<time datetime="2026-01-16">16 كانون الثاني 2026</time>'),
    ],
)
def test_a_day_is_written_in_the_months_of_jordan_by_the_clock_of_amman(language, value, written):
    assert rendered("{% day value %}", language=language, value=value) == written


@pytest.mark.parametrize(
    ("language", "value", "written"),
    [
        ("ar", MORNING, '<time datetime="2026-01-15T10:42+03:00">15 كانون الثاني 2026، 10:42 صباحًا</time>'),
        ("en", MORNING, '<time datetime="2026-01-15T10:42+03:00">15 January 2026, 10:42 am</time>'),
        ("ar", NIGHT, '<time datetime="2026-01-16T00:05+03:00">16 كانون الثاني 2026، 12:05 صباحًا</time>'),
        (
            "ar",
            datetime(2026, 7, 1, 9, 0, tzinfo=UTC),
            '<time datetime="2026-07-01T12:00+03:00">1 تموز 2026، 12:00 مساءً</time>',
        ),
    ],
)
def test_a_moment_is_written_on_a_twelve_hour_clock(language, value, written):
    assert rendered("{% moment value %}", language=language, value=value) == written


def test_several_days_are_written_as_the_first_and_the_last_and_one_alone() -> None:
    first, last = date(2026, 11, 27), date(2026, 11, 28)
    one, other = (rendered("{% day value %}", language="en", value=day) for day in (first, last))
    assert rendered("{% days first last %}", language="en", first=first, last=last) == f"{one} to {other}"
    assert rendered("{% days first last %}", language="en", first=last, last=last) == other


@pytest.mark.parametrize("source", ["{% day value %}", "{% moment value %}"])
def test_no_date_is_a_dash(source):
    assert rendered(source, value=None) == "—"


def test_the_twelve_months_are_those_of_jordan():
    months = [day_text(date(2026, month, 1)).removeprefix("1 ").removesuffix(" 2026") for month in range(1, 13)]
    assert months == [
        "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران",
        "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
    ]  # fmt: skip


def test_django_itself_writes_dates_and_numbers_the_same_way():
    assert rendered("{{ day }} {{ amount }} {{ part }}", day=date(2026, 1, 15), amount=1240, part=0.5) == (
        "15 كانون الثاني 2026 1,240 0.5"
    )


# ---- marks ----


def test_an_icon_is_silent_without_a_label_and_turns_only_when_it_shows_a_direction():
    assert rendered('{% icon "check" %}') == (
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        '<path d="M5 12.5l4.5 4.5L19 7.5"/></svg>'
    )
    assert 'class="icon icon-dir"' in rendered('{% icon "arrow" %}')
    assert 'role="img" aria-label="تم"' in rendered('{% icon "check" label="تم" %}')


def test_a_status_is_a_word_with_a_kind():
    assert rendered('{% tag text="تم الرد" kind="ok" %}') == '<span class="tag tag-ok">تم الرد</span>'


def test_a_deadline_shows_its_date_and_what_it_means():
    html = rendered('{% due on=day note="متأخرة" level="late" %}', day=date(2026, 1, 11))
    assert html == (
        '<span class="due due-late"><b><time datetime="2026-01-11">11 كانون الثاني 2026</time></b>'
        "<span>متأخرة</span></span>"
    )


# ---- panels ----


def test_a_banner_wraps_bare_words_and_leaves_paragraphs_alone():
    bare = squeezed(rendered('{% banner kind="ok" title="تم" %}وصلت{% endbanner %}'))
    assert bare.endswith('<div class="grow"><h2>تم</h2><p>وصلت</p></div></div>')
    paragraph = squeezed(rendered("{% banner %}<p>وصلت</p>{% endbanner %}"))
    assert paragraph.endswith('<div class="grow"><p>وصلت</p></div></div>')


def test_a_message_of_success_is_a_green_banner():
    assert rendered('{% banner kind="success" %}تم{% endbanner %}').startswith('<div class="banner banner-ok">')


def test_a_banner_does_not_trust_the_values_inside_it():
    assert "<p>&lt;script&gt;</p>" in rendered("{% banner %}{{ text }}{% endbanner %}", text="<script>")


def test_a_fact_may_be_changed_and_says_which():
    html = rendered('{% facts columns=3 %}{% fact label="الجهة" change="/x/" %} المياه {% endfact %}{% endfacts %}')
    assert squeezed(html) == (
        '<dl class="facts facts-3"><div><dt>الجهة</dt><dd>المياه</dd>'
        '<dd class="act"><a href="/x/">تغيير<span class="vh"> الجهة</span></a></dd></div></dl>'
    )


def test_a_step_that_is_done_says_so_to_those_who_listen():
    source = '{% step state="done" %}وصلتنا{% endstep %}{% step state="now" note="الأحد" %}الآن{% endstep %}'
    html = squeezed(rendered(source))
    assert html.startswith('<li class="done"><span class="mark"><svg')
    assert html.endswith(
        '</span>وصلتنا<span class="vh"> (تم)</span></li>'
        '<li aria-current="step"><span class="mark"></span>الآن<br><span class="small muted">الأحد</span></li>'
    )


def test_what_happened_has_a_time_and_a_source():
    html = rendered(
        '{% timeline_item title="قُبلت" at=at by="المياه" kind="ok" %}{% endtimeline_item %}', at=date(2026, 1, 6)
    )
    assert squeezed(html) == (
        '<li class="tl-ok"><h3>قُبلت</h3>'
        '<span class="meta"><time datetime="2026-01-06">6 كانون الثاني 2026</time> · المياه</span></li>'
    )


def test_bars_grow_from_the_right_in_arabic_and_carry_their_table():
    rows = [("المياه", 1240), ("الطرق", 620)]
    source = '{% hbars title="المواضيع" summary="المياه أولًا" rows=rows column="الموضوع" unit="العدد" %}'
    arabic, english = rendered(source, rows=rows), rendered(source, language="en", rows=rows)
    assert 'aria-label="المواضيع. المياه أولًا"' in arabic
    assert '<rect class="c1" x="200.0" y="66" width="200.0"' in squeezed(arabic)
    assert '<rect class="c1" x="0" y="66" width="200.0"' in squeezed(english)
    assert squeezed(arabic).count("<tr>") == 3
    assert reversed_numbers(arabic) == []


def test_bars_beyond_a_thousand_units_of_height_keep_plain_coordinates():
    rows = [(str(number), number) for number in range(40)]
    html = rendered('{% hbars title="t" summary="s" rows=rows column="c" unit="u" %}', rows=rows)
    assert 'viewBox="0 0 400 1840"' in html
    assert 'y="1814' in html


# ---- links ----


def test_a_pager_without_a_next_page_writes_nothing():
    assert rendered('{% pager next="" %}') == ""


def test_a_pager_links_to_the_next_page():
    assert '<a href="?after=x" rel="next">الصفحة التالية' in rendered('{% pager next="?after=x" %}')


@pytest.mark.parametrize(
    ("language", "path", "there"),
    [
        ("ar", "/ar/help/?q=1", "/en/help/?q=1"),
        ("en", "/en/help/", "/ar/help/"),
        ("ar", "/ar/nowhere/at/all/", "/en/"),
    ],
)
def test_changing_the_language_keeps_the_page(language, path, there):
    request = RequestFactory().get(path)
    assert rendered("{% other_language_url %}", language=language, request=request) == there


@pytest.mark.parametrize(
    "path", ["/ar/", "/ar/help/?q=1", "/ar/staff/queue/?view=late&q=/ar/", "/ar/cases/2604821735/"]
)
def test_the_other_language_of_a_page_that_was_found_is_what_django_says(path):
    request = RequestFactory().get(path)
    request.resolver_match = resolve(request.path)
    with translation.override("ar"):
        expected = translate_url(path, "en")
    assert rendered("{% other_language_url %}", language="ar", request=request) == escape(expected) != path


# ---- fields ----


class Person(Form):
    kind = ChoiceCardsField(label="النوع", cards=[Card("a", "أول", "شرح"), Card("b", "ثانٍ", group="أخرى")])
    number = DigitsField(label="الرقم الوطني", length=10, help_text="على البطاقة")


def test_a_field_ties_its_hint_and_its_error_to_its_box():
    form = Person({"number": "123", "kind": "a"})
    html = rendered("{% field field=form.number %}", form=form)
    assert squeezed(html) == (
        '<div class="field field-bad"><label class="label" for="id_number">الرقم الوطني</label>'
        '<span class="hint" id="id_number-hint">على البطاقة</span>'
        '<span id="id_number-error"><span class="error">'
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        '<path d="M12 4 2.8 19.5h18.4zM12 10v4.5M12 17.2v.1"/></svg>'
        '<span><span class="vh">خطأ:</span> الرقم الوطني: يجب إدخال 10 خانات، وقد أدخلتم 3</span></span></span>'
        '<input class="input" type="text" id="id_number" name="number" value="123" '
        'aria-describedby="id_number-hint id_number-error" aria-invalid="true" autocomplete="off" '
        'dir="ltr" inputmode="numeric" spellcheck="false" data-digits></div>'
    )


def test_choice_cards_show_descriptions_and_open_the_group_that_is_chosen():
    html = squeezed(
        rendered("{% field field=form.kind columns=2 %}", form=Person({"kind": "b", "number": "1234567890"}))
    )
    assert '<input type="radio" id="id_kind_0" name="kind" value="a">' in html
    assert '<b>أول</b><span class="muted">شرح</span>' in html
    assert '<details class="choice-group" open><summary>أخرى</summary>' in html
    assert '<input type="radio" id="id_kind_1" name="kind" value="b" checked>' in html


def test_the_summary_links_each_error_to_its_box():
    html = squeezed(rendered("{% error_summary form=form %}", form=Person({"number": "1"})))
    assert "يلزم تصحيح أمرين" in html
    assert '<li><a href="#id_kind_0">اختاروا: النوع</a></li>' in html
    assert '<li><a href="#id_number">الرقم الوطني: يجب إدخال 10 خانات، وقد أدخلتم 1</a></li>' in html


def test_the_summary_of_a_form_without_errors_writes_nothing():
    assert rendered("{% error_summary form=form %}", form=Person()) == ""
    assert rendered("{% error_summary form=form %}", form=Person({"number": "1234567890", "kind": "a"})) == ""


def test_the_summary_keeps_the_order_of_the_boxes_whoever_found_the_errors():
    class Crossed(Person):
        def clean(self):
            self.add_error("kind", "لا يجتمعان")
            self.add_error(None, "راجعوا البيانات")

    html = squeezed(rendered("{% error_summary form=form %}", form=Crossed({"number": "1", "kind": "a"})))
    assert html.index("لا يجتمعان") < html.index("وقد أدخلتم 1") < html.index("<li>راجعوا البيانات</li>")


def test_a_field_that_another_answer_makes_necessary_is_not_called_optional():
    class Maybe(Form):
        number = DigitsField(label="الرقم", length=3, required=False)

    assert "(اختياري)" in rendered("{% field field=form.number %}", form=Maybe())
    assert "(اختياري)" not in rendered("{% field field=form.number optional=False %}", form=Maybe())


def test_a_password_is_never_written_back():
    class Door(Form):
        secret = PasswordField(label="كلمة المرور")

    html = rendered("{% field field=form.secret %}", form=Door({"secret": "zaytoun-bahr"}))
    assert "zaytoun-bahr" not in html
    assert 'type="password"' in html


def test_what_was_typed_is_kept_beside_its_error_and_escaped():
    class Words(Form):
        subject = LineField(label="الموضوع", max=5)
        details = ParagraphField(label="التفاصيل", max=5)

    form = Words({"subject": '"><b>طويل', "details": "\n</textarea>\x00طويل"})
    assert 'value="&quot;&gt;&lt;b&gt;طويل"' in rendered("{% field field=form.subject %}", form=form)
    assert ">\n\n&lt;/textarea&gt;طويل</textarea>" in rendered("{% field field=form.details %}", form=form)
