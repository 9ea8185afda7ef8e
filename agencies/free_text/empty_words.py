"""Words that stand in every text whatever it is about: in Arabic of all dialects, English and Latin letters."""

from typing import Final

_WORDS = """
    حالك حالكم
    في من عن على الى او اي لا لم لن مع هذا هذه هاي هاد هادا هذول تم ان اذا كل بين قبل بعد حتى ذلك التي
    الذي اللي يلي الي كما عند كان كانت كاين هل ما مش مو مهو شو ليش وين كيف هو هي هم احنا نحن انا انت
    انتو لدي لدينا عندي عندنا عنا عنده فيه فيها اكثر جدا كثير كتير حيث الا قد بدي بدنا بده رح راح عم صار
    صارت صارله صارلها صارلنا يا اخوان والله لو سمحتم سمحتو بس لانه علشان عشان هيك هناك هنا شي اشي شيء
    النا الو اله الها الهم لي له لها يوم ايام شهر شهرين شهور اشهر اسبوع اسبوعين سنة سنه سنين سنوات ساعة
    ساعه ساعات دقيقة قدام جنب فوق تحت ورا باقي بعض ثاني ثانيه واحد وحده عليي علي عليكم علينا عليهم اجا
    ايجا يجي بيجي مرة مره مرات ناس الناس عالم حدا محدا احد ولا العصر الظهر الصبح المسا البارحه مبارح هلا
    هلق هسا هسه لهسا اقل لازم ممكن يمكن كلها كلهم كله جديد day days week weeks month months year years
    hour hours since until one two three my ago people someone all every night هون يعني سلام السلام
    وعليكم مرحبا اهلا صباح مساء الخير انو انه كمان ايضا عليه عليها منه منها منا الله نرجو ارجو الرجاء
    يرجى منذ لما لسا لسه اليوم امبارح the a an of and to in is are was were be been am for on at we i
    our me it its has have had with from this that not no they their his her by as or please there so
    very you your but too when will can do does did el al il fel bel 3al 3ala men mn fi fe w wa ma mesh
    mish bas ana e7na 3andi 3ande 3anna
"""
#: The words, folded.
EMPTY: Final = frozenset(_WORDS.split())
