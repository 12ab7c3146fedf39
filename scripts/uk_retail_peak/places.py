"""Where the filled-in addresses are: UK postcode areas, other countries, the three sites.

UK_AREAS: area, main town, latitude and longitude of the area's centre (to about 0.1 degree), people in
thousands (rounded), and some outward districts that exist. All are approximations good enough to spread
demand plausibly over the country; no real customer address is behind any of them.
"""

from .common import between, one_of, pick, unit

UK_AREAS = [
    ("AB", "Aberdeen", 57.2, -2.2, 480, (10, 11, 15, 16, 21, 24, 25, 42, 51)),
    ("B", "Birmingham", 52.48, -1.9, 1880, (1, 5, 8, 11, 13, 15, 17, 23, 28, 30, 44, 62, 74, 91)),
    ("BA", "Bath", 51.3, -2.4, 440, (1, 2, 3, 5, 11, 14, 20)),
    ("BB", "Blackburn", 53.77, -2.45, 490, (1, 2, 3, 5, 7, 10, 11)),
    ("BD", "Bradford", 53.82, -1.78, 570, (1, 3, 5, 8, 12, 16, 18, 23)),
    ("BH", "Bournemouth", 50.74, -1.9, 550, (1, 4, 8, 12, 15, 18, 23)),
    ("BL", "Bolton", 53.58, -2.4, 390, (1, 2, 3, 5, 8, 9)),
    ("BN", "Brighton", 50.85, -0.15, 790, (1, 2, 3, 7, 11, 13, 21, 27)),
    ("BR", "Bromley", 51.39, 0.04, 300, (1, 2, 3, 5, 6, 7)),
    ("BS", "Bristol", 51.45, -2.6, 940, (1, 3, 5, 7, 9, 16, 20, 23, 34)),
    ("BT", "Belfast", 54.6, -6.2, 1810, (1, 5, 7, 9, 12, 15, 18, 23, 28, 34, 41, 47, 62, 74)),
    ("CA", "Carlisle", 54.75, -3.0, 320, (1, 2, 3, 7, 11, 14, 28)),
    ("CB", "Cambridge", 52.2, 0.2, 430, (1, 2, 4, 6, 8, 10, 23)),
    ("CF", "Cardiff", 51.55, -3.3, 1010, (3, 5, 10, 14, 24, 31, 37, 44, 62)),
    ("CH", "Chester", 53.2, -3.0, 660, (1, 2, 3, 5, 41, 45, 62, 66)),
    ("CM", "Chelmsford", 51.75, 0.4, 650, (1, 2, 3, 7, 9, 12, 18, 20)),
    ("CO", "Colchester", 51.9, 0.9, 420, (1, 2, 3, 5, 7, 10, 15)),
    ("CR", "Croydon", 51.37, -0.1, 400, (0, 2, 4, 5, 7, 8)),
    ("CT", "Canterbury", 51.25, 1.15, 480, (1, 2, 5, 9, 11, 16, 20)),
    ("CV", "Coventry", 52.4, -1.5, 830, (1, 3, 5, 8, 11, 21, 31, 37)),
    ("DA", "Dartford", 51.43, 0.22, 430, (1, 2, 5, 7, 11, 14)),
    ("DE", "Derby", 52.93, -1.55, 730, (1, 3, 5, 11, 14, 21, 45, 55)),
    ("DG", "Dumfries", 55.05, -3.7, 150, (1, 2, 7, 11)),
    ("DH", "Durham", 54.8, -1.6, 300, (1, 3, 4, 6, 9)),
    ("DN", "Doncaster", 53.55, -0.8, 750, (1, 4, 6, 12, 16, 22, 31, 40)),
    ("DT", "Dorchester", 50.75, -2.45, 220, (1, 2, 4, 6, 9)),
    ("DY", "Dudley", 52.45, -2.15, 420, (1, 3, 5, 8, 10, 12)),
    ("E", "London", 51.54, -0.03, 980, (2, 4, 8, 11, 14, 17, 18)),
    ("EC", "London", 51.52, -0.09, 40, ("1A", "1V", "2A", "3N", "4A")),
    ("EH", "Edinburgh", 55.93, -3.2, 880, (1, 3, 6, 8, 11, 14, 26, 41, 54)),
    ("EN", "Enfield", 51.67, -0.06, 350, (1, 3, 5, 8, 10)),
    ("EX", "Exeter", 50.75, -3.7, 560, (1, 2, 4, 8, 14, 16, 31, 39)),
    ("G", "Glasgow", 55.86, -4.27, 1200, (1, 3, 5, 11, 13, 20, 31, 42, 51, 66, 77)),
    ("GL", "Gloucester", 51.85, -2.2, 610, (1, 2, 4, 7, 11, 20, 50, 52)),
    ("GU", "Guildford", 51.25, -0.65, 730, (1, 2, 7, 9, 14, 21, 31, 51)),
    ("HA", "Harrow", 51.58, -0.35, 460, (0, 1, 2, 4, 7, 9)),
    ("HG", "Harrogate", 54.0, -1.55, 135, (1, 2, 3, 5)),
    ("HP", "Hemel Hempstead", 51.73, -0.65, 480, (1, 2, 5, 11, 13, 19, 23)),
    ("HR", "Hereford", 52.08, -2.75, 170, (1, 2, 4, 6, 9)),
    ("HU", "Hull", 53.77, -0.4, 430, (1, 3, 5, 8, 12, 17)),
    ("IP", "Ipswich", 52.15, 1.1, 590, (1, 2, 4, 12, 14, 22, 28, 33)),
    ("IV", "Inverness", 57.5, -4.4, 220, (1, 2, 3, 12, 15, 27, 30)),
    ("KA", "Kilmarnock", 55.55, -4.55, 370, (1, 3, 7, 10, 12, 21)),
    ("KT", "Kingston upon Thames", 51.36, -0.32, 530, (1, 3, 6, 8, 10, 13, 19, 22)),
    ("KY", "Kirkcaldy", 56.2, -3.15, 370, (1, 2, 7, 11, 12, 16)),
    ("L", "Liverpool", 53.43, -2.93, 850, (1, 4, 8, 12, 15, 18, 23, 31, 36, 39)),
    ("LA", "Lancaster", 54.2, -2.85, 330, (1, 3, 4, 9, 11, 14)),
    ("LE", "Leicester", 52.65, -1.15, 960, (1, 2, 4, 7, 9, 11, 13, 17, 67)),
    ("LL", "Llandudno", 53.1, -3.7, 520, (11, 13, 18, 22, 30, 40, 57)),
    ("LN", "Lincoln", 53.25, -0.45, 290, (1, 2, 4, 6, 8, 11)),
    ("LS", "Leeds", 53.82, -1.5, 780, (1, 6, 8, 11, 15, 17, 21, 25, 28)),
    ("LU", "Luton", 51.9, -0.45, 330, (1, 2, 3, 4, 5, 7)),
    ("M", "Manchester", 53.48, -2.25, 1120, (1, 4, 8, 12, 14, 20, 21, 24, 33, 40, 44)),
    ("ME", "Rochester", 51.33, 0.55, 600, (1, 2, 5, 7, 10, 14, 16, 20)),
    ("MK", "Milton Keynes", 52.05, -0.72, 510, (1, 4, 6, 9, 12, 14, 40, 42)),
    ("ML", "Motherwell", 55.75, -3.85, 380, (1, 3, 5, 6, 9, 11)),
    ("N", "London", 51.58, -0.11, 810, (1, 4, 7, 8, 12, 16, 19, 22)),
    ("NE", "Newcastle upon Tyne", 55.05, -1.65, 1150, (1, 3, 5, 8, 12, 16, 24, 29, 38, 61)),
    ("NG", "Nottingham", 53.0, -1.1, 1150, (1, 3, 5, 7, 9, 15, 17, 24, 31)),
    ("NN", "Northampton", 52.25, -0.9, 640, (1, 3, 5, 8, 11, 14, 16)),
    ("NP", "Newport", 51.65, -3.0, 480, (4, 10, 12, 16, 19, 20, 44)),
    ("NR", "Norwich", 52.7, 1.25, 710, (1, 3, 5, 8, 14, 19, 28, 31)),
    ("NW", "London", 51.55, -0.19, 540, (1, 2, 3, 5, 6, 9, 10)),
    ("OL", "Oldham", 53.57, -2.1, 460, (1, 3, 6, 9, 11, 16)),
    ("OX", "Oxford", 51.8, -1.3, 630, (1, 2, 4, 7, 11, 14, 16, 28)),
    ("PA", "Paisley", 55.85, -4.7, 330, (1, 2, 4, 11, 16)),
    ("PE", "Peterborough", 52.65, -0.1, 880, (1, 2, 4, 7, 10, 13, 21, 28, 30)),
    ("PH", "Perth", 56.5, -3.7, 160, (1, 2, 7, 10, 16)),
    ("PL", "Plymouth", 50.4, -4.4, 530, (1, 3, 5, 9, 12, 21, 25)),
    ("PO", "Portsmouth", 50.83, -1.0, 830, (1, 4, 7, 9, 12, 16, 19, 22, 30)),
    ("PR", "Preston", 53.73, -2.75, 520, (1, 2, 4, 6, 8, 25)),
    ("RG", "Reading", 51.4, -1.05, 790, (1, 4, 6, 9, 12, 14, 21, 27, 40)),
    ("RH", "Redhill", 51.1, -0.2, 530, (1, 4, 6, 10, 12, 16, 19)),
    ("RM", "Romford", 51.57, 0.2, 510, (1, 3, 7, 10, 12, 14, 17)),
    ("S", "Sheffield", 53.38, -1.4, 1340, (1, 3, 6, 8, 10, 13, 18, 25, 36, 40, 60, 70)),
    ("SA", "Swansea", 51.75, -4.1, 720, (1, 2, 4, 8, 11, 15, 31, 62)),
    ("SE", "London", 51.47, -0.05, 970, (1, 4, 6, 9, 13, 15, 18, 22, 25)),
    ("SG", "Stevenage", 51.95, -0.15, 410, (1, 2, 4, 6, 8, 12, 18)),
    ("SK", "Stockport", 53.35, -2.1, 600, (1, 3, 4, 7, 8, 10, 14, 17)),
    ("SL", "Slough", 51.53, -0.65, 370, (1, 2, 4, 6, 7, 9)),
    ("SM", "Sutton", 51.37, -0.19, 210, (1, 2, 4, 5, 7)),
    ("SN", "Swindon", 51.5, -1.9, 470, (1, 2, 4, 6, 10, 14, 25)),
    ("SO", "Southampton", 50.95, -1.4, 670, (14, 15, 17, 19, 23, 31, 40, 50, 53)),
    ("SP", "Salisbury", 51.1, -1.75, 230, (1, 2, 4, 6, 10)),
    ("SR", "Sunderland", 54.87, -1.4, 270, (1, 2, 4, 6, 8)),
    ("SS", "Southend-on-Sea", 51.57, 0.65, 510, (0, 1, 3, 6, 8, 11, 13, 17)),
    ("ST", "Stoke-on-Trent", 52.98, -2.15, 650, (1, 3, 5, 7, 10, 14, 16, 18)),
    ("SW", "London", 51.46, -0.17, 880, ("1V", 2, 4, 6, 8, 11, 15, 16, 18, 19)),
    ("SY", "Shrewsbury", 52.6, -3.1, 340, (1, 2, 4, 8, 11, 16, 23)),
    ("TA", "Taunton", 51.05, -3.1, 340, (1, 2, 4, 6, 9, 20)),
    ("TF", "Telford", 52.72, -2.47, 220, (1, 2, 4, 7, 9)),
    ("TN", "Tonbridge", 51.1, 0.35, 690, (1, 2, 4, 8, 11, 13, 23, 34, 40)),
    ("TQ", "Torquay", 50.45, -3.6, 280, (1, 2, 4, 7, 9, 12)),
    ("TR", "Truro", 50.25, -5.1, 300, (1, 2, 4, 7, 11, 14, 18)),
    ("TS", "Middlesbrough", 54.57, -1.25, 600, (1, 3, 5, 8, 10, 18, 24)),
    ("TW", "Twickenham", 51.45, -0.37, 490, (1, 2, 4, 7, 9, 13, 18)),
    ("UB", "Southall", 51.53, -0.43, 360, (1, 2, 4, 6, 8, 10)),
    ("W", "London", 51.51, -0.22, 540, (2, 3, 4, 6, 9, 11, 12, 14)),
    ("WA", "Warrington", 53.4, -2.6, 620, (1, 3, 5, 7, 9, 13, 15)),
    ("WC", "London", 51.52, -0.12, 40, ("1B", "1N", "1X", "2E", "2H")),
    ("WD", "Watford", 51.66, -0.4, 250, (3, 4, 6, 17, 18, 23)),
    ("WF", "Wakefield", 53.68, -1.45, 500, (1, 2, 4, 6, 8, 10, 17)),
    ("WN", "Wigan", 53.53, -2.65, 310, (1, 2, 3, 5, 7)),
    ("WR", "Worcester", 52.2, -2.2, 300, (1, 2, 4, 6, 9, 11, 14)),
    ("WS", "Walsall", 52.63, -1.95, 450, (1, 2, 4, 8, 10, 12, 15)),
    ("WV", "Wolverhampton", 52.6, -2.15, 400, (1, 3, 5, 8, 10, 14, 16)),
    ("YO", "York", 54.05, -1.0, 550, (1, 7, 10, 12, 16, 24, 31, 41)),
    ("ZE", "Lerwick", 60.25, -1.2, 23, (1, 2)),
]

# Country name in the source -> ISO-2, city, latitude, longitude, plausible postal codes of that city.
COUNTRIES = {
    "Australia": ("AU", "Canberra", -35.28, 149.13, ("2600", "2601", "2612")),
    "Austria": ("AT", "Wien", 48.21, 16.37, ("1010", "1060", "1090")),
    "Belgium": ("BE", "Bruxelles", 50.85, 4.35, ("1000", "1030", "1050")),
    "Channel Islands": ("JE", "Saint Helier", 49.19, -2.11, ("JE2", "JE3")),
    "Cyprus": ("CY", "Nicosia", 35.17, 33.36, ("1010", "1060", "1096")),
    "Czech Republic": ("CZ", "Praha", 50.08, 14.44, ("110 00", "120 00", "130 00")),
    "Denmark": ("DK", "København", 55.68, 12.57, ("1050", "1550", "2100")),
    "EIRE": ("IE", "Dublin", 53.35, -6.26, ("D01", "D02", "D06", "D08", "D14")),
    "Finland": ("FI", "Helsinki", 60.17, 24.94, ("00100", "00150", "00530")),
    "France": ("FR", "Paris", 48.86, 2.35, ("75002", "75009", "75011", "75015", "75018")),
    "Germany": ("DE", "Berlin", 52.52, 13.4, ("10115", "10243", "10435", "10719", "12043")),
    "Hong Kong": ("HK", "Hong Kong", 22.3, 114.17, ("999077",)),
    "Italy": ("IT", "Roma", 41.9, 12.5, ("00153", "00184", "00192")),
    "Japan": ("JP", "Tokyo", 35.68, 139.69, ("100-0005", "150-0002")),
    "Malta": ("MT", "Valletta", 35.9, 14.51, ("VLT 1110", "VLT 1455")),
    "Netherlands": ("NL", "Amsterdam", 52.37, 4.9, ("1011", "1054", "1072")),
    "Norway": ("NO", "Oslo", 59.91, 10.75, ("0150", "0350", "0560")),
    "Poland": ("PL", "Warszawa", 52.23, 21.01, ("00-001", "00-950", "02-520")),
    "Portugal": ("PT", "Lisboa", 38.72, -9.14, ("1100-038", "1200-109", "1250-096")),
    "Spain": ("ES", "Madrid", 40.42, -3.7, ("28001", "28010", "28013")),
    "Sweden": ("SE", "Stockholm", 59.33, 18.07, ("111 20", "113 30", "118 20")),
    "Switzerland": ("CH", "Bern", 46.95, 7.45, ("3007", "3011", "3014")),
    # Not seen in the peak week, kept so that another week can be derived.
    "Bahrain": ("BH", "Manama", 26.23, 50.58, ("317", "323")),
    "Brazil": ("BR", "Brasília", -15.79, -47.88, ("70040-010",)),
    "Canada": ("CA", "Ottawa", 45.42, -75.7, ("K1P", "K2P")),
    "Greece": ("GR", "Athina", 37.98, 23.73, ("105 57", "106 74")),
    "Iceland": ("IS", "Reykjavík", 64.15, -21.94, ("101", "105")),
    "Israel": ("IL", "Jerusalem", 31.77, 35.21, ("9103401",)),
    "Lebanon": ("LB", "Beirut", 33.89, 35.5, ("1107",)),
    "Lithuania": ("LT", "Vilnius", 54.69, 25.28, ("01103",)),
    "RSA": ("ZA", "Pretoria", -25.75, 28.19, ("0002",)),
    "Saudi Arabia": ("SA", "Riyadh", 24.71, 46.68, ("11564",)),
    "Singapore": ("SG", "Singapore", 1.29, 103.85, ("048619",)),
    "USA": ("US", "Washington", 38.9, -77.04, ("20001", "20036")),
    "United Arab Emirates": ("AE", "Abu Dhabi", 24.45, 54.38, ("00000",)),
}

AREA_WEIGHTS = [(area, area[4]) for area in UK_AREAS]


def address(source_country, identity):
    """Address of one customer: the same for all of its orders. Unknown country names pass unchanged."""
    if source_country == "United Kingdom":
        area, city, lat, lon, _, districts = pick(AREA_WEIGHTS, "area", identity)
        country, code = "GB", f"{area}{one_of(districts, 'district', identity)}"
    elif source_country in COUNTRIES:
        country, city, lat, lon, codes = COUNTRIES[source_country]
        code = one_of(codes, "district", identity)
    else:
        return {"country": source_country, "postal_code": None, "city": None, "lat": None, "lon": None}
    return {
        "country": country,
        "postal_code": code,
        "city": city,
        "lat": round(lat + between(-0.05, 0.05, "lat", identity), 4),
        "lon": round(lon + between(-0.05, 0.05, "lon", identity), 4),
    }


def other_uk_code(identity):
    """An outward code elsewhere in the UK: a billing address that is not the delivery address."""
    area, _, _, _, _, districts = pick(AREA_WEIGHTS, "bill area", identity)
    return f"{area}{districts[int(unit('bill district', identity) * len(districts))]}"
