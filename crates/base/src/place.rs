//! Codes for places: the postcode (outward part, one space, inward part) and
//! the ODS code that names an NHS organisation (upper case, no fixed length).

use crate::text::{BadText, text_type};

text_type!(
    /// A postcode in its usual shape, `LS1 4AP`. Only the shape is checked.
    Postcode, |text| postcode(text)
);
text_type!(
    /// An ODS code: upper-case letters and digits, 3 to 12 of them.
    OdsCode, |text| ods_code(text)
);

impl Postcode {
    /// The outward part: enough to say which district, not which street.
    #[must_use]
    pub fn outward(&self) -> &str {
        self.split_once(' ').map_or(self, |(outward, _)| outward)
    }
}

fn postcode(text: &str) -> Result<String, BadText> {
    let wrong = || BadText("Enter a full UK postcode, like LS1 4AP".into());
    let kept: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_uppercase();
    if !kept.is_ascii() || !(5..=7).contains(&kept.len()) {
        return Err(wrong());
    }
    let (outward, inward) = kept.split_at(kept.len() - 3);
    let (o, i) = (outward.as_bytes(), inward.as_bytes());
    let right = o[0].is_ascii_uppercase()
        && o.iter().all(u8::is_ascii_alphanumeric)
        && o.iter().any(u8::is_ascii_digit)
        && i[0].is_ascii_digit()
        && i[1..].iter().all(u8::is_ascii_uppercase);
    if right {
        Ok(format!("{outward} {inward}"))
    } else {
        Err(wrong())
    }
}

fn ods_code(text: &str) -> Result<String, BadText> {
    let kept = text.trim().to_uppercase();
    let right = (3..=12).contains(&kept.len()) && kept.bytes().all(|b| b.is_ascii_alphanumeric());
    if right {
        Ok(kept)
    } else {
        Err(BadText("Enter an ODS code, like A12345".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postcodes_are_put_in_their_usual_shape() {
        for (typed, shown) in [
            ("ls14ap", "LS1 4AP"),
            (" EC1A 1BB", "EC1A 1BB"),
            ("m1 1ae", "M1 1AE"),
        ] {
            assert_eq!(&*typed.parse::<Postcode>().unwrap(), shown);
        }
        for wrong in ["", "LS1", "1S1 4AP", "LS1 44P", "ÉC1A 1BB", "LEEDS 1"] {
            assert!(wrong.parse::<Postcode>().is_err(), "{wrong}");
        }
        assert_eq!("ls14ap".parse::<Postcode>().unwrap().outward(), "LS1");
    }

    #[test]
    fn an_ods_code_has_no_fixed_length() {
        assert_eq!(&*" y00123 ".parse::<OdsCode>().unwrap(), "Y00123");
        assert!("A-1".parse::<OdsCode>().is_err());
    }
}
