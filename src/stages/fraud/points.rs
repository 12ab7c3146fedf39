//! The score's rules as data: what each is called, what it adds, what it means. `rules.rs` decides when one fires.
//!
//! Recipe for a new rule: a row here (keep the heaviest first), its arm in `rules.rs`, its independent arm in `check.rs`.
//!
//! A known bad key or a failed card check weighs more than bursts, these more than places that do not match, these more than being
//! new. The points are judgement, not calibrated; a calibrated model would replace this table and keep everything around it.

macro_rules! points {
    ($($name:ident $text:literal $points:literal $about:literal;)+) => {
        /// A rule of the fraud score.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Rule {
            $(#[doc = $about] $name,)+
        }

        impl Rule {
            /// Heaviest first.
            pub const ALL: &'static [Rule] = &[$(Rule::$name,)+];
            /// The name in `reasons`.
            pub const fn name(self) -> &'static str {
                match self { $(Rule::$name => $text,)+ }
            }
            /// What it adds to the score.
            pub const fn points(self) -> u32 {
                match self { $(Rule::$name => $points,)+ }
            }
            /// When it fires.
            pub const fn about(self) -> &'static str {
                match self { $(Rule::$name => $about,)+ }
            }
        }
    };
}

points! {
    KnownFraudKey "known_fraud_key" 60 "an earlier order of the same card, e-mail or device is labelled fraud in the history";
    PriorChargeback "prior_chargeback" 35 "the customer has charged back before";
    CvvNo "cvv_no" 30 "the card's security code does not match";
    VelocityCard "velocity_card" 25 "more than fraud.velocity_limit earlier orders of the card within the window";
    AvsNo "avs_no" 20 "the billing address does not match the card's";
    VelocityDevice "velocity_device" 20 "more than fraud.velocity_limit earlier orders of the device within the window";
    SharedDevice "shared_device" 20 "at least two other customers have ordered from the device before; one is a household";
    NewCustomerHighAmount "new_customer_high_amount" 20 "a new customer or guest orders goods above fraud.high_amount_cents";
    VelocityEmail "velocity_email" 15 "more than fraud.velocity_limit earlier orders of the e-mail address within the window";
    IpCountryMismatch "ip_country_mismatch" 15 "the internet address is in another country than the billing address (or, without one, the destination)";
    BillShipCountryMismatch "bill_ship_country_mismatch" 15 "billing and shipping address are in different countries";
    ExpeditedHighAmount "expedited_high_amount" 15 "goods above fraud.high_amount_cents are to arrive fast";
    CvvPartial "cvv_partial" 10 "the card's security code matches in part";
    AvsPartial "avs_partial" 5 "the billing address matches the card's in part";
    Guest "guest" 5 "nobody is logged in";
}

/// Other customers on a device from which on it counts as shared.
pub const SHARED_DEVICE_CUSTOMERS: u32 = 2;

/// The highest score.
pub const MAX_SCORE: u32 = 99;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heaviest_rules_come_first() {
        assert!(Rule::ALL.is_sorted_by_key(|rule| std::cmp::Reverse(rule.points())));
    }

    #[test]
    fn no_rule_declines_alone_at_the_default() {
        let params = crate::params::Fraud::default();
        let heaviest = i64::from(Rule::ALL[0].points());
        assert!(heaviest < params.decline_score);
    }
}
