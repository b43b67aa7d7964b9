//! Invented names. Companies are put together from syllables and live under `.example`, which nobody can own.

use crate::draws::Draws;
use std::collections::BTreeSet;

pub(crate) const FIRST: [&str; 48] = [
    "Ada", "Bruno", "Carla", "Dario", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Keiko",
    "Lars", "Mira", "Nadia", "Omar", "Petra", "Quinn", "Rosa", "Sven", "Talia", "Uma", "Viktor",
    "Wanda", "Ximena", "Yara", "Zeno", "Amir", "Bianca", "Cosmo", "Delia", "Emil", "Flora",
    "Gilles", "Hana", "Ivo", "Judith", "Kofi", "Leona", "Marek", "Noor", "Otto", "Paloma", "Rafi",
    "Selma", "Tomas", "Vera", "Willem", "Yusuf",
];
const LAST_HEADS: [&str; 24] = [
    "Ash", "Birk", "Crane", "Dorn", "Elder", "Fenn", "Gar", "Hollo", "Iver", "Jarn", "Kest",
    "Linden", "Marl", "Nor", "Oster", "Pell", "Ravens", "Sorrel", "Thorn", "Ulver", "Varga",
    "Wester", "Yarrow", "Zell",
];
const LAST_TAILS: [&str; 16] = [
    "berg", "croft", "dahl", "by", "grove", "holt", "ing", "land", "mere", "nes", "quist", "rup",
    "stead", "wyn", "worth", "ova",
];
const COMPANY_HEADS: [&str; 32] = [
    "Aldern", "Brindle", "Corvan", "Dunmar", "Everil", "Farrow", "Glimmer", "Halden", "Isker",
    "Jorvin", "Kelda", "Lumen", "Mossan", "Nethers", "Ostra", "Pellan", "Quarrin", "Rothen",
    "Selwin", "Tarnel", "Umbrel", "Vantor", "Wexen", "Xandrel", "Yolden", "Zephra", "Orrin",
    "Caldri", "Fjorde", "Marrow", "Tressel", "Hexham",
];
const COMPANY_TAILS: [&str; 16] = [
    "moor", "field", "gate", "crest", "bridge", "holm", "mark", "wick", "stone", "haven", "reach",
    "vale", "point", "ridge", "brook", "works",
];

/// An industry: its name, the words its companies carry, and how much better than average our product fits it.
pub(crate) struct Industry {
    pub(crate) name: &'static str,
    pub(crate) nouns: [&'static str; 3],
    pub(crate) fit: f64,
    /// Share of the market, as a weight.
    pub(crate) share: f64,
}

pub(crate) const INDUSTRIES: [Industry; 9] = [
    Industry {
        name: "Logistics",
        nouns: ["Freight", "Logistics", "Shipping"],
        fit: 1.55,
        share: 1.4,
    },
    Industry {
        name: "Manufacturing",
        nouns: ["Industries", "Machining", "Castings"],
        fit: 1.30,
        share: 1.5,
    },
    Industry {
        name: "Energy",
        nouns: ["Energy", "Power", "Grid"],
        fit: 1.10,
        share: 0.8,
    },
    Industry {
        name: "Healthcare",
        nouns: ["Health", "Clinics", "Diagnostics"],
        fit: 1.00,
        share: 1.2,
    },
    Industry {
        name: "Insurance",
        nouns: ["Insurance", "Mutual", "Underwriters"],
        fit: 0.95,
        share: 0.8,
    },
    Industry {
        name: "Retail",
        nouns: ["Stores", "Outfitters", "Markets"],
        fit: 0.85,
        share: 1.2,
    },
    Industry {
        name: "Media",
        nouns: ["Media", "Press", "Studios"],
        fit: 0.80,
        share: 0.6,
    },
    Industry {
        name: "Education",
        nouns: ["Academy", "Learning", "Schools"],
        fit: 0.70,
        share: 0.7,
    },
    Industry {
        name: "Public Sector",
        nouns: ["Council", "Transit", "Utilities"],
        fit: 0.55,
        share: 0.7,
    },
];

/// A person's full name.
pub(crate) fn person(draws: &mut Draws) -> String {
    format!(
        "{} {}{}",
        draws.pick(&FIRST),
        draws.pick(&LAST_HEADS),
        draws.pick(&LAST_TAILS)
    )
}

/// `"Ines Fennholt"` at `"halden.example"` writes from `ines.fennholt@halden.example`.
pub(crate) fn email(person: &str, domain: &str) -> String {
    format!("{}@{domain}", person.to_lowercase().replace(' ', "."))
}

/// A company name of this industry that is not yet among `taken`, and its domain.
pub(crate) fn company(
    industry: &Industry,
    taken: &mut BTreeSet<String>,
    draws: &mut Draws,
) -> (String, String) {
    loop {
        let root = format!(
            "{}{}",
            draws.pick(&COMPANY_HEADS),
            draws.pick(&COMPANY_TAILS)
        );
        let noun = draws.pick(&industry.nouns);
        // Once every plain name is gone, a number of the branch keeps names apart.
        let name = match taken.len() / 3_000 {
            0 => format!("{root} {noun}"),
            branch => format!("{root} {noun} {}", branch + 1),
        };
        if taken.insert(name.clone()) {
            let domain = format!("{}.example", name.to_lowercase().replace(' ', "-"));
            return (name, domain);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn company_names_are_never_given_twice() {
        let mut draws = Draws::of(1, "names", 0);
        let mut taken = BTreeSet::new();
        for n in 0..7_000 {
            let industry = &INDUSTRIES[n % INDUSTRIES.len()];
            let (_, domain) = company(industry, &mut taken, &mut draws);
            assert!(
                domain.ends_with(".example") && !domain.contains(' '),
                "{domain}"
            );
        }
        assert_eq!(taken.len(), 7_000);
    }
}
