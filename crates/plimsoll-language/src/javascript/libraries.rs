//! The table of browser libraries: in which files they are looked for, and what they say of
//! themselves there.
//!
//! A library is in it if it has advisories and names itself with its version. The expressions are
//! for the libraries' own comments, which minifiers keep, or for the place where a version is set.

use plimsoll_version::Ecosystem::{self, Generic, Npm};

use crate::Pattern;

/// A library and how it is known.
pub(super) struct Library {
    pub(super) ecosystem: Ecosystem,
    /// As npm has it; what is not there by the name that advisories use.
    pub(super) name: &'static str,
    /// What each of its banners has in it: expressions take longer to look for.
    pub(super) sign: &'static str,
    /// What precedes the version, which `VERSION` behind it stands for. Any one of them is enough.
    pub(super) banners: &'static [&'static str],
}

/// Names of files that are read. A tree has tens of thousands of scripts, so these are few.
#[rustfmt::skip]
pub(super) const FILES: &[Pattern] = &[
    "Chart.js",
    "Chart.*.js",
    "chart.js",
    "chart.min.js",
    "chart-*.js",
    "angular.js",
    "angular.min.js",
    "angular-1*.js",
    "angularjs*.js",
    "axios*.js",
    "backbone*.js",
    "bootstrap*.js",
    "ckeditor.js",
    "ckeditor-*.js",
    "dataTables*.js",
    "datatables*.js",
    "dompurify*.js",
    "ember*.js",
    "froala*.js",
    "handlebars*.js",
    "highcharts*.js",
    "highlight*.js",
    "jquery*.js",
    "jquery-ui/**/*.js",
    "jszip*.js",
    "knockout*.js",
    "lodash*.js",
    "markdown-it*.js",
    "marked*.js",
    "moment*.js",
    "mustache*.js",
    "pdf.js",
    "pdf.mjs",
    "pdf.min.js",
    "pdf.min.mjs",
    "pdf.worker*.js",
    "pdf.worker*.mjs",
    "plupload*.js",
    "prototype*.js",
    "purify*.js",
    "quill*.js",
    "react.js",
    "react.*.js",
    "react-0*.js",
    "react-1*.js",
    "react-dom*.js",
    "react-with-addons*.js",
    "select2*.js",
    "swiper*.js",
    "tiny_mce*.js",
    "tinymce*.js",
    "ua-parser*.js",
    "underscore*.js",
    "video.js",
    "video.*.js",
    "vue.js",
    "vue.*.js",
    "vue-2*.js",
    "vue-3*.js",
    "yui*.js",
];

macro_rules! table {
    ($($ecosystem:ident $name:literal $sign:literal $($banner:literal)+;)*) => {
        &[$(Library { ecosystem: $ecosystem, name: $name, sign: $sign, banners: &[$($banner),+] }),*]
    };
}

/// The libraries.
#[rustfmt::skip]
pub(super) const LIBRARIES: &[Library] = table! {
    Npm "angular" "AngularJS v" r"(?:\* @license|/\*)\s+AngularJS vVERSION\s";
    Npm "axios" "xios v" r"/[*/]!? [Aa]xios vVERSION (?:\||Copyright)";
    Npm "backbone" "Backbone.js " r"//\s+Backbone\.js VERSION\s";
    Npm "bootstrap" "ootstrap" r"\* Bootstrap vVERSION \(http" r"\* bootstrap-transition\.js vVERSION\s";
    Npm "bootstrap-select" "ootstrap-select v" r"\* [Bb]ootstrap-select vVERSION \(";
    Npm "chart.js" "* Chart.js" r"\* Chart\.js vVERSION\s" r"\* Chart\.js\s+\* https?://(?:www\.)?chartjs\.org/?\s+\* Version: VERSION\s";
    Npm "ckeditor4" "window.CKEDITOR" r#"window\.CKEDITOR(?s:.)*?version:"VERSION[^"]{0,40}",revision:""#;
    Npm "datatables.net" "DataTables" r"/\*! DataTables VERSION\s" r"\* @summary\s+DataTables\s(?s:.){0,400}?\* @version\s+VERSION\s";
    Npm "dompurify" "DOMPurify " r"@license DOMPurify VERSION \|";
    Npm "ember-source" "Ember - JavaScript Application Framework" r"\* @overview\s+Ember - JavaScript Application Framework(?s:.){0,800}?\* @version\s+VERSION\s";
    Npm "froala-editor" "froala_editor v" r"\* froala_editor vVERSION \(";
    Npm "handlebars" "andlebars v" r"[*\s]\s*[Hh]andlebars vVERSION\s";
    Npm "highcharts" "Highcharts JS v" r"[* ] ?Highcharts JS vVERSION \(";
    Npm "highlight.js" "ighlight.js " r"/\*! highlight\.js vVERSION \|" r"Highlight\.js v?VERSION \((?:git: )?[0-9a-f]{6}";
    Npm "jquery" "jQuery " r"/\*! jQuery vVERSION[\s|(]" r"\* jQuery JavaScript Library vVERSION\s" r"\* jQuery VERSION - New Wave Javascript";
    Npm "jquery-migrate" "jQuery Migrate " r"/\*! jQuery Migrate v?VERSION\s" r"\* jQuery Migrate -? ?v?VERSION\s";
    Npm "jquery-mobile" "jQuery Mobile " r"\*!? jQuery Mobile v?VERSION\s";
    Npm "jquery-ui" "jQuery UI " r"[*!] jQuery UI (?:[A-Z][A-Za-z/ ]{0,30} )?(?:- )?v?VERSION\s";
    Npm "jquery-validation" "jQuery Validation Plugin " r"[*!] jQuery Validation Plugin (?:- )?v?VERSION\s";
    Npm "jszip" "JSZip v" r"JSZip vVERSION - A JavaScript class";
    Npm "knockout" "Knockout JavaScript library v" r"(?:\*|//) Knockout JavaScript library vVERSION\s";
    Npm "lodash" "ash" r"\* (?:lodash|Lo-Dash) VERSION (?:\(Custom|<http|lodash\.com)" r#"\* [Ll]odash (?:\(Custom Build\) )?<?(?:https?://)?lodash\.com(?s:.)*?\bVERSION ?= ?["']VERSION["']"#;
    Npm "markdown-it" "markdown-it " r"/\*! markdown-it VERSION (?:https?:|@license)";
    Npm "marked" "* marked v" r"\* marked vVERSION - a markdown parser";
    Npm "moment" "//! moment.js" r"//! moment\.js\s*//! version : VERSION\s";
    Npm "mustache" "mustache.js - Logic-less" r#"mustache\.js - Logic-less \{\{mustache\}\} templates(?s:.)*?(?:version: ?|\.version ?= ?)["']VERSION["']"#;
    Npm "pdfjs-dist" "pdfjsVersion" r#"pdfjsVersion = ["']VERSION["']"#;
    Npm "plupload" "Plupload - multi-runtime" r"\* Plupload - multi-runtime File Uploader\s+\* vVERSION\s";
    Npm "quill" "Quill Editor v" r"\* Quill Editor vVERSION\s";
    Npm "react" "React" r"\* React (?:\(with addons\) )?vVERSION\s" r"React vVERSION\s+\* react\.(?:production|development|profiling)" r#"@license React\s+\* react\.(?:production|development|profiling)(?s:.)*?(?:\.version|ReactVersion) ?= ?["']VERSION["']"#;
    Npm "react-dom" "React" r"\* ReactDOM vVERSION\s" r"React vVERSION\s+\* react-dom\.(?:production|development|profiling)" r#"@license React\s+\* react-dom\.(?:production|development|profiling)(?s:.)*?(?:\.version ?= ?|ReactVersion ?= ?|version: ?)["']VERSION["']"#;
    Npm "select2" "Select2 " r"\*!? Select2 VERSION\s";
    Npm "swiper" "* Swiper " r"\* Swiper VERSION\s";
    Npm "tinymce" "(20" r"\* TinyMCE version VERSION \(" r"\* Copyright \(c\) Tiny Technologies, Inc\.(?s:.){0,400}?\* Version: VERSION \(" r"\A// VERSION \(\d{4}-\d\d-\d\d\)\s";
    Npm "ua-parser-js" "UAParser.js v" r"(?:\*|//|!) ?UAParser\.js vVERSION\s";
    Npm "underscore" "Underscore.js " r"//\s+Underscore\.js VERSION\s";
    Npm "video.js" "* Video.js " r"\* Video\.js VERSION <http";
    Npm "vue" "ue" r"\* Vue\.js vVERSION\s" r"\* vue vVERSION\s";
    Npm "yui" "YUI " r"/\*!?\s*YUI VERSION \(build";
    Generic "prototypejs" "Prototype JavaScript framework" r"/\*\s+Prototype JavaScript framework, version VERSION\s";
};
