"""Small tables of trade in the shapes that their publishers give them."""

from pathlib import Path

from derbes.trade.store import import_trade

BACI_HEAD = "t,i,j,k,v,q"
# Lithuania (440) buys gas (271121) from Russia (643) and Latvia (428); Latvia and Estonia (233)
# from Russia; Russia also sells to Germany (276), and Norway (579) to Germany.
BACI_ROWS = (
    "2021,643,440,271121,1000.000,4000.000",
    "2021,428,440,271121,250.000,1000.000",
    "2021,643,428,271121,180.000,900.000",
    "2021,643,233,271121,110.000,500.000",
    "2021,643,276,271121,9000.000,45000.000",
    "2021,579,276,271121,3000.000,          NA",
    "2021,440,428,271121,50.000,200.000",
    "2021,156,440,010121,7.000,0",
)


def baci(folder: Path, rows: tuple[str, ...] = BACI_ROWS, name: str = "") -> Path:
    """A year of BACI as its publisher ships it."""
    path = folder / (name or "BACI_HS92_Y2021_V202301.csv")
    path.write_text("\n".join([BACI_HEAD, *rows, ""]), encoding="utf-8")
    return path


def store_of(folder: Path, *years: tuple[str, ...]) -> Path:
    """A store with BACI of some years, each of which is told by its rows."""
    paths = [
        baci(folder, rows, f"BACI_HS92_Y{rows[0][:4]}_V202301.csv") for rows in years or [BACI_ROWS]
    ]
    import_trade(paths, folder / "store")
    return folder / "store"


COMTRADE_HEAD = (
    "typeCode,freqCode,refYear,refMonth,reporterCode,reporterISO,flowCode,partnerCode,partnerISO,"
    "partner2Code,classificationCode,cmdCode,customsCode,motCode,netWgt,primaryValue"
)
COMTRADE_ROWS = (
    "C,A,2022,52,398,KAZ,M,643,RUS,0,H5,271121,C00,0,3000000,900000.25",
    "C,A,2022,52,398,KAZ,M,0,W00,0,H5,271121,C00,0,3000000,900000.25",
    "C,A,2022,52,398,KAZ,M,643,RUS,0,H5,2711,C00,0,,1200000",
    "C,A,2022,52,398,KAZ,M,643,RUS,0,H5,TOTAL,C00,0,,99000000",
    "C,A,2022,52,398,KAZ,M,643,RUS,0,H5,271121,C00,2100,1000000,300000",
    "C,A,2022,52,643,RUS,X,398,KAZ,0,H5,271121,C00,0,2800000,750000",
    "C,A,2022,52,643,RUS,RX,398,KAZ,0,H5,271121,C00,0,100000,20000",
    "C,A,2022,52,643,RUS,FM,398,KAZ,0,H5,271121,C00,0,100000,20000",
    "C,A,2022,52,398,KAZ,M,899,_X,0,H5,271121,C00,0,0,5000",
)

OLD_HEAD = (
    "Classification,Year,Period,Trade Flow,Reporter Code,Reporter,Partner Code,Partner,"
    "Commodity Code,Netweight (kg),Trade Value (US$)"
)
OLD_ROWS = (
    "H4,2015,201501,Imports,440,Lithuania,643,Russian Federation,271121,2000,500",
    "H4,2015,201502,Imports,440,Lithuania,643,Russian Federation,271121,1000,250",
    "H4,2015,201501,Imports,440,Lithuania,0,World,271121,2000,500",
    "H4,2015,201501,Re-Exports,643,Russian Federation,440,Lithuania,271121,10,3",
)


def table(folder: Path, name: str, head: str, rows: tuple[str, ...]) -> Path:
    """Any table as a file."""
    path = folder / name
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path
