//! Real logistics towns of the United States, where fulfilment centres are placed.
//!
//! The order is a greedy p-median (Cornuejols, Fisher, Nemhauser 1977, doi:10.1287/mnsc.23.8.789) over the ZIP population of
//! `datasets/us_places`: the first n towns are a good network of n. The number beside each town is the population-weighted mean
//! great-circle distance in kilometres from a customer to the nearest of the towns so far. Coordinates: Census 2021 ZIP areas.

/// A town, its ZIP code, and its place in space and time.
pub struct Town {
    /// Name and state.
    pub name: &'static str,
    pub zip: &'static str,
    pub latitude: f64,
    pub longitude: f64,
    pub time_zone: &'static str,
}

const fn town(
    name: &'static str,
    zip: &'static str,
    latitude: f64,
    longitude: f64,
    time_zone: &'static str,
) -> Town {
    Town {
        name,
        zip,
        latitude,
        longitude,
        time_zone,
    }
}

#[rustfmt::skip]
pub const TOWNS: [Town; 44] = [
    town("Edwardsville IL", "62025", 38.8299, -89.9310, "America/Chicago"), // 1: 1324 km
    town("Ontario CA", "91761", 34.0356, -117.5915, "America/Los_Angeles"), // 2: 909 km
    town("Breinigsville PA", "18031", 40.5596, -75.6489, "America/New_York"), // 3: 650 km
    town("Jacksonville FL", "32218", 30.4878, -81.6677, "America/New_York"), // 4: 550 km
    town("Lancaster TX", "75134", 32.6228, -96.7795, "America/Chicago"), // 5: 464 km
    town("Kent WA", "98032", 47.3919, -122.2572, "America/Los_Angeles"), // 6: 410 km
    town("Kenosha WI", "53144", 42.6221, -87.9202, "America/Chicago"), // 7: 376 km
    town("Aurora CO", "80011", 39.7440, -104.7900, "America/Denver"), // 8: 351 km
    town("Duncan SC", "29334", 34.9056, -82.1244, "America/New_York"), // 9: 326 km
    town("Tracy CA", "95304", 37.6806, -121.3816, "America/Los_Angeles"), // 10: 303 km
    town("Groveport OH", "43125", 39.8381, -82.8879, "America/New_York"), // 11: 286 km
    town("Windsor CT", "06095", 41.8738, -72.6768, "America/New_York"), // 12: 273 km
    town("Hialeah FL", "33018", 25.9124, -80.3931, "America/New_York"), // 13: 260 km
    town("Bessemer AL", "35022", 33.3318, -86.9591, "America/Chicago"), // 14: 249 km
    town("Shakopee MN", "55379", 44.7434, -93.5100, "America/Chicago"), // 15: 237 km
    town("Tolleson AZ", "85353", 33.4175, -112.2770, "America/Phoenix"), // 16: 226 km
    town("Katy TX", "77494", 29.7447, -95.8155, "America/Chicago"), // 17: 216 km
    town("Chester VA", "23836", 37.3510, -77.3305, "America/New_York"), // 18: 209 km
    town("Edgerton KS", "66021", 38.7566, -95.0051, "America/Chicago"), // 19: 202 km
    town("Salt Lake City UT", "84104", 40.7494, -111.9815, "America/Denver"), // 20: 195 km
    town("Romulus MI", "48174", 42.2367, -83.3917, "America/Detroit"), // 21: 189 km
    town("Edison NJ", "08817", 40.5147, -74.3931, "America/New_York"), // 22: 183 km
    town("Lakeland FL", "33811", 27.9789, -82.0159, "America/New_York"), // 23: 179 km
    town("Memphis TN", "38118", 35.0351, -89.9272, "America/Chicago"), // 24: 175 km
    town("McDonough GA", "30253", 33.4536, -84.1872, "America/New_York"), // 25: 171 km
    town("Shepherdsville KY", "40165", 37.9928, -85.6959, "America/New_York"), // 26: 167 km
    town("Schertz TX", "78154", 29.5471, -98.2626, "America/Chicago"), // 27: 164 km
    town("El Paso TX", "79928", 31.6786, -106.1151, "America/Denver"), // 28: 161 km
    town("Hagerstown MD", "21740", 39.6319, -77.7439, "America/New_York"), // 29: 158 km
    town("Oklahoma City OK", "73159", 35.3879, -97.5788, "America/Chicago"), // 30: 155 km
    town("Troutdale OR", "97060", 45.5313, -122.3691, "America/Los_Angeles"), // 31: 152 km
    town("Concord NC", "28027", 35.4133, -80.6755, "America/New_York"), // 32: 150 km
    town("North Las Vegas NV", "89115", 36.2537, -115.0429, "America/Los_Angeles"), // 33: 148 km
    town("Rochester NY", "14606", 43.1710, -77.6980, "America/New_York"), // 34: 146 km
    town("Spokane WA", "99224", 47.6477, -117.5350, "America/Los_Angeles"), // 35: 144 km
    town("Plainfield IN", "46168", 39.6900, -86.3927, "America/Indiana/Indianapolis"), // 36: 142 km
    town("Fall River MA", "02720", 41.7271, -71.1099, "America/New_York"), // 37: 140 km
    town("Lebanon TN", "37090", 36.1154, -86.2976, "America/Chicago"), // 38: 138 km
    town("Joliet IL", "60433", 41.4966, -88.0423, "America/Chicago"), // 39: 137 km
    town("Savannah GA", "31408", 32.1040, -81.1806, "America/New_York"), // 40: 136 km
    town("Hebron KY", "41048", 39.0870, -84.7038, "America/New_York"), // 41: 135 km
    town("Sparks NV", "89434", 39.5406, -119.5440, "America/Los_Angeles"), // 42: 134 km
    town("Fort Worth TX", "76177", 32.9665, -97.3038, "America/Chicago"), // 43: 134 km
    town("Carlisle PA", "17015", 40.1834, -77.2321, "America/New_York"), // 44: 134 km
];
