"""The languages of ISO 639-1 and a few more: their codes, and names as people write them."""

import unicodedata

# Code and the three letters some lists have for it, then names: first the English one, then its
# own, then how neighbours call it.
_LANGUAGES = """
aa Afar
ab Abkhazian
ae Avestan
af,afr Afrikaans
ak Akan
am,amh Amharic|አማርኛ
an Aragonese
ar,ara Arabic|العربية|Arabisch|Arabe|Árabe|Arabo|العربيّة
as Assamese|অসমীয়া
ast Asturian|Asturianu
av Avaric
ay Aymara
az,aze Azerbaijani|Azeri|Azərbaycanca
ba Bashkir
be,bel Belarusian|беларуская
bg,bul Bulgarian|български|Bulgarisch|Bulgare
bh Bihari
bi Bislama
bm Bambara
bn,ben Bengali|Bangla|বাংলা
bo Tibetan
br Breton|Brezhoneg
bs,bos Bosnian|Bosanski
ca,cat Catalan|Català|Valencian|Katalanisch
ce Chechen
ch Chamorro
ckb Central Kurdish|Central Kurdish (Sorani)|Sorani|کوردی
co Corsican
cr Cree
cs,ces,cze Czech|Česky|Čeština|Tschechisch|Tchèque|Checo
cu Church Slavic
cv Chuvash
cy,cym,wel Welsh|Cymraeg
da,dan Danish|Dansk|Dänisch|Danois|Danés
de,deu,ger German|Deutsch|Allemand|Alemán|Tedesco|Alemão|Duits|Tysk|Niemiecki
dsb Lower Sorbian|Dolnoserbski
dv Dhivehi|Divehi
dz Dzongkha
ee Ewe
el,ell,gre Greek|Ελληνικά|Griechisch|Grec|Griego
en,eng English|Englisch|Anglais|Inglés|Inglese|Inglês|Engels|Engelsk|Angielski
eo,epo Esperanto
es,spa Spanish|Español|Castilian|Castellano|Spanisch|Espagnol|Spagnolo|Espanhol|Spaans
et,est Estonian|Eesti
eu,eus,baq Basque|Euskara
fa,fas,per Persian|Farsi|فارسی
ff Fulah
fi,fin Finnish|Suomi|Finnisch|Finnois|Finlandés
fil Filipino|Tagalog
fj Fijian
fo,fao Faroese
fr,fra,fre French|Français|Französisch|Francés|Francese|Francês|Frans|Fransk|Francuski
fy Frisian|Frysk|Western Frisian
ga,gle Irish|Gaeilge
gd Scottish Gaelic|Gàidhlig
gl,glg Galician|Galego
gn Guarani
gsw Swiss German|Schweizerdeutsch|Alemannic
gu,guj Gujarati|ગુજરાતી
gv Manx
ha,hau Hausa
haw Hawaiian
he,heb Hebrew|עברית|Hebräisch|Hébreu
hi,hin Hindi|हिन्दी|हिंदी
ho Hiri Motu
hr,hrv Croatian|Hrvatski|Kroatisch|Croate
hsb Upper Sorbian|Hornjoserbsce
ht Haitian|Haitian Creole
hu,hun Hungarian|Magyar|Ungarisch|Hongrois|Húngaro
hy,hye,arm Armenian|հայերեն
hz Herero
ia Interlingua
id,ind Indonesian|Bahasa Indonesia|Indonesisch|Indonésien
ie Interlingue
ig Igbo|Asụsụ Ìgbò
ii Sichuan Yi
ik Inupiaq
io Ido
is,isl,ice Icelandic|Íslenska
it,ita Italian|Italiano|Italienisch|Italien|Italiaans|Italiensk|Włoski
iu Inuktitut
ja,jpn Japanese|日本語|Japanisch|Japonais|Japonés|Giapponese
jv Javanese
ka,kat,geo Georgian|ქართული
kab Kabyle|Taqbaylit
kg Kongo
ki Kikuyu
kj Kuanyama
kk,kaz Kazakh|Қазақ
kl Kalaallisut|Greenlandic
km,khm Khmer
kn,kan Kannada|ಕನ್ನಡ
ko,kor Korean|한국어|Koreanisch|Coréen|Coreano
kr Kanuri
ks Kashmiri
ku Kurdish
kv Komi
kw Cornish
ky,kir Kyrgyz|Kirghiz|Кыргызча
la,lat Latin
lb,ltz Luxembourgish|Lëtzebuergesch
lg Ganda|Luganda
li Limburgish
ln Lingala
lo,lao Lao
lt,lit Lithuanian|Lietuviškai|Lietuvių
lu Luba-Katanga
lv,lav Latvian|Latviešu
mg Malagasy
mh Marshallese
mi Maori
mk,mkd,mac Macedonian|Македонски
ml,mal Malayalam|മലയാളം
mn,mon Mongolian|Монгол
mr,mar Marathi|मराठी
ms,msa,may Malay|Bahasa Melayu
mt,mlt Maltese|Malti
my,mya,bur Burmese|မြန်မာဘာသာ
na Nauru
nb,nob Norwegian Bokmål|Norwegian Bokmal|Bokmål|Norsk (bokmål)|Norwegian|Norsk|Norwegisch|Norvégien
nd North Ndebele
ne,nep Nepali|नेपाली
ng Ndonga
nl,nld,dut Dutch|Nederlands|Flemish|Vlaams|Niederländisch|Néerlandais|Holländisch|Neerlandés
nn,nno Norwegian Nynorsk|Nynorsk|Norsk (nynorsk)
nr South Ndebele
nv Navajo
ny Chichewa|Nyanja
oc Occitan
oj Ojibwa
om Oromo
or Odia|Oriya
os Ossetic|Ossetian|Ирон
pa,pan Punjabi|Panjabi
pi Pali
pl,pol Polish|Polski|Polnisch|Polonais|Polaco|Polacco
ps Pashto
pt,por Portuguese|Português|Portugiesisch|Portugais|Portugués|Portoghese|Portugees
qu Quechua
rm Romansh
rn Rundi
ro,ron,rum Romanian|Română|Moldovan|Rumänisch|Roumain|Rumano
ru,rus Russian|Русский|Russisch|Russe|Ruso|Russo
rw Kinyarwanda
sa Sanskrit
sc Sardinian
sd Sindhi
se Northern Sami
sg Sango
si,sin Sinhala|Sinhalese
sk,slk,slo Slovak|Slovensky|Slovenčina|Slowakisch|Slovaque
sl,slv Slovenian|Slovene|Slovenščina|Slowenisch
sm Samoan
sn Shona
so Somali
sq,sqi,alb Albanian|shqip
sr,srp Serbian|српски|Serbisch
ss Swati
st Southern Sotho
su Sundanese
sv,swe Swedish|svenska|Schwedisch|Suédois|Sueco|Svedese|Zweeds
sw,swa Swahili|Kiswahili
ta,tam Tamil|தமிழ்
te,tel Telugu|తెలుగు
tg Tajik|тоҷикӣ
th,tha Thai|ภาษาไทย|ไทย
ti Tigrinya
tk Turkmen|Türkmençe
tn Tswana
to Tongan
tr,tur Turkish|Türkçe|Türkisch|Turc|Turco|Turks
ts Tsonga
tt Tatar|Татарча
tw Twi
ty Tahitian
udm Udmurt|Удмурт
ug Uyghur|ئۇيغۇرچە
uk,ukr Ukrainian|Українська|Ukrainisch|Ukrainien
ur,urd Urdu|اردو
uz,uzb Uzbek|oʻzbek tili
ve Venda
vi,vie Vietnamese|Tiếng Việt|Vietnamesisch|Vietnamien
vo Volapük
wa Walloon
wo Wolof
xh Xhosa
yi,yid Yiddish
yo Yoruba
yue Cantonese
za Zhuang
zh,zho,chi,cmn Chinese|中文|Mandarin|Chinesisch|Chinois|Chino|Cinese
zu,zul Zulu
"""
_VARIETIES = {
    "American English": "en-US", "British English": "en-GB", "Australian English": "en-AU",
    "Canadian English": "en-CA", "Canadian French": "fr-CA", "Swiss French": "fr-CH",
    "Austrian German": "de-AT", "Brazilian Portuguese": "pt-BR", "European Portuguese": "pt-PT",
    "Mexican Spanish": "es-MX", "Latin American Spanish": "es-419", "European Spanish": "es-ES",
    "Simplified Chinese": "zh-Hans", "Traditional Chinese": "zh-Hant", "简体中文": "zh-Hans",
    "繁體中文": "zh-Hant", "Serbian Latin": "sr-Latn", "Português do Brasil": "pt-BR",
}  # fmt: skip
# What older lists call a language: each is one code here.
_EARLIER_CODES = {
    "iw": "he", "in": "id", "ji": "yi", "no": "nb", "nor": "nb", "sh": "sr-Latn", "mo": "ro",
    "tl": "fil", "tgl": "fil",
}  # fmt: skip
SCRIPTS = frozenset(
    "Arab Armn Beng Cans Cyrl Deva Ethi Geor Grek Gujr Guru Hang Hans Hant Hebr Jpan Khmr Knda Kore"
    " Laoo Latn Mlym Mong Mymr Orya Sinh Taml Telu Tfng Thaa Thai Tibt".split()
)
# ISO 3166, and the world, Europe and Latin America of UN M.49.
REGIONS = frozenset(
    "001 150 419"
    " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR"
    " BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ"
    " EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW"
    " GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY"
    " KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV"
    " MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY"
    " QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG"
    " TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM"
    " ZW".split()
)
# What stands behind a language, in brackets or after a dash.
_PLACES = {
    "US": "United States|USA|U.S.|American|United States of America",
    "GB": "United Kingdom|UK|British|Great Britain|England",
    "AU": "Australia|Australian", "CA": "Canada|Canadian|Kanada", "IE": "Ireland|Irish",
    "NZ": "New Zealand", "ZA": "South Africa", "IN": "India|Indian", "SG": "Singapore",
    "PH": "Philippines", "MY": "Malaysia", "HK": "Hong Kong|Hong Kong SAR China",
    "DE": "Germany|Deutschland|Allemagne", "AT": "Austria|Österreich", "LI": "Liechtenstein",
    "CH": "Switzerland|Swiss|Schweiz|Suisse|Svizzera", "LU": "Luxembourg|Luxemburg",
    "FR": "France|Frankreich", "BE": "Belgium|Belgian|Belgien|Belgique|België",
    "NL": "Netherlands|The Netherlands|Nederland|Niederlande", "IT": "Italy|Italia|Italien",
    "ES": "Spain|España|Spanien", "PT": "Portugal|European", "BR": "Brazil|Brazilian|Brasil",
    "MX": "Mexico|Mexican|México", "AR": "Argentina", "CL": "Chile", "CO": "Colombia",
    "PE": "Peru", "VE": "Venezuela", "EC": "Ecuador", "UY": "Uruguay", "BO": "Bolivia",
    "CR": "Costa Rica", "GT": "Guatemala", "PA": "Panama", "PR": "Puerto Rico",
    "DO": "Dominican Republic", "419": "Latin America|Latin American|LATAM", "CN": "China",
    "TW": "Taiwan", "MO": "Macao|Macau", "JP": "Japan", "KR": "Korea|South Korea",
    "SE": "Sweden", "FI": "Finland", "DK": "Denmark", "NO": "Norway", "PL": "Poland",
    "CZ": "Czech Republic|Czechia", "RO": "Romania", "MD": "Moldova", "RU": "Russia",
    "UA": "Ukraine", "TR": "Turkey", "GR": "Greece", "CY": "Cyprus", "IL": "Israel",
    "AE": "United Arab Emirates|UAE", "SA": "Saudi Arabia", "EG": "Egypt", "MA": "Morocco",
    "DZ": "Algeria", "TN": "Tunisia", "LB": "Lebanon", "JO": "Jordan", "KW": "Kuwait",
    "QA": "Qatar", "Hans": "Simplified", "Hant": "Traditional", "Latn": "Latin",
    "Cyrl": "Cyrillic",
}  # fmt: skip


def plain_name(text: str) -> str:
    """A name as it is looked up: without case, accents and signs."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = (c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in letters)
    return " ".join("".join(kept).split())


def _by_code_and_name() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Our code by any code, our code by any plain name, the English name by our code."""
    codes = dict(_EARLIER_CODES)
    names: dict[str, str] = {}
    english: dict[str, str] = {}
    for line in _LANGUAGES.strip().splitlines():
        given, _, called = line.partition(" ")
        ours, *also = given.split(",")
        english[ours] = called.partition("|")[0]
        codes |= dict.fromkeys((ours, *also), ours)
        names |= {plain_name(name): ours for name in called.split("|")}
    names |= {plain_name(name): code for name, code in _VARIETIES.items()}
    return codes, names, english


CODES, BY_NAME, ENGLISH_NAMES = _by_code_and_name()
SUBTAGS = {
    plain_name(name): subtag for subtag, names in _PLACES.items() for name in names.split("|")
}
