//! `sections!`: from one declaration the structs, their defaults, the range checks, `--set` and the documentation.

macro_rules! sections {
    ($(#[doc = $about:literal] $section:ident: $struct:ident {
        $($name:ident: $type:ty = $default:expr, $(in $range:expr,)? $unit:literal, $reason:literal;)+
    })+) => {
        $(
            #[doc = $about]
            #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
            #[serde(default, deny_unknown_fields)]
            pub struct $struct {
                $(#[doc = concat!($reason, ". Unit: ", $unit, ".")] pub $name: $type,)+
            }
            impl Default for $struct {
                fn default() -> Self {
                    $struct { $($name: $default,)+ }
                }
            }
        )+

        /// All parameters of a run.
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Params {
            $(#[doc = $about] pub $section: $struct,)+
        }

        impl Params {
            /// Every parameter with its documentation, in order.
            pub fn docs() -> Vec<$crate::params::ParamDoc> {
                let defaults = Params::default();
                vec![$($($crate::params::ParamDoc {
                    section: stringify!($section),
                    about: $about.trim(),
                    name: stringify!($name),
                    unit: $unit,
                    range: $crate::params::value::show_range::<$type>(sections!(@range $($range)?)),
                    default: $crate::params::value::ParamValue::show(defaults.$section.$name),
                    reason: $reason,
                },)+)+]
            }

            /// An error naming the first parameter that is out of its range.
            pub fn validate(&self) -> $crate::error::Result<()> {
                $($(
                    $crate::params::resolve::in_range(
                        concat!(stringify!($section), ".", stringify!($name)),
                        self.$section.$name,
                        sections!(@range $($range)?),
                    )?;
                )+)+
                $crate::params::resolve::consistent(self)
            }

            /// Sets one parameter from text; `None` when there is no such parameter.
            pub(in crate::params) fn assign(&mut self, path: &str, text: &str) -> Option<$crate::error::Result<()>> {
                $($(
                    if path == concat!(stringify!($section), ".", stringify!($name)) {
                        return Some($crate::params::resolve::parse(path, text, sections!(@range $($range)?))
                            .map(|value| self.$section.$name = value));
                    }
                )+)+
                None
            }
        }
    };
    (@range $range:expr) => { Some(&$range) };
    (@range) => { None };
}

pub(in crate::params) use sections;
