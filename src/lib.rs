//! wavecrest
