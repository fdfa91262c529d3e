//! The namespaces that filters know, transitional and strict spellings as one.

macro_rules! namespaces {
    ($($(#[$doc:meta])* $name:ident: $($uri:literal),+;)*) => {
        /// A namespace that some filter knows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Namespace {
            /// No namespace at all, or a prefix that nothing declares.
            None,
            /// One that no filter asks for.
            Other,
            $($(#[$doc])* $name,)*
        }

        impl Namespace {
            /// The namespace of this name.
            pub(super) fn from_uri(uri: &str) -> Self {
                match uri {
                    "" => Self::None,
                    $($($uri)|+ => Self::$name,)*
                    _ => Self::Other,
                }
            }
        }
    };
}

namespaces! {
    /// `xml:`, which needs no declaration.
    Xml: "http://www.w3.org/XML/1998/namespace";
    /// OPC content types.
    ContentTypes: "http://schemas.openxmlformats.org/package/2006/content-types";
    /// OPC relationships.
    PackageRelationships: "http://schemas.openxmlformats.org/package/2006/relationships";
    /// Packages in one XML file.
    FlatPackage: "http://schemas.microsoft.com/office/2006/xmlPackage";
    /// The `r:id` of Office Open XML.
    Relationships: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships";
    /// WordprocessingML.
    Word: "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main";
    /// Word 2010 extensions.
    Word2010: "http://schemas.microsoft.com/office/word/2010/wordml";
    /// DrawingML.
    Drawing: "http://schemas.openxmlformats.org/drawingml/2006/main", "http://purl.oclc.org/ooxml/drawingml/main";
    /// Charts.
    Chart: "http://schemas.openxmlformats.org/drawingml/2006/chart", "http://purl.oclc.org/ooxml/drawingml/chart";
    /// Chart extensions of 2012.
    Chart2012: "http://schemas.microsoft.com/office/drawing/2012/chart";
    /// Charts of 2014 and later.
    ChartExtended: "http://schemas.microsoft.com/office/drawing/2014/chartex";
    /// Diagrams (SmartArt).
    Diagram: "http://schemas.openxmlformats.org/drawingml/2006/diagram", "http://purl.oclc.org/ooxml/drawingml/diagram";
    /// The drawing that a diagram was last laid out as.
    DiagramDrawing: "http://schemas.microsoft.com/office/drawing/2008/diagram";
    /// Formulas.
    Math: "http://schemas.openxmlformats.org/officeDocument/2006/math", "http://purl.oclc.org/ooxml/officeDocument/math";
    /// Markup compatibility: choices and fallbacks.
    Compatibility: "http://schemas.openxmlformats.org/markup-compatibility/2006";
    /// The drawings of old.
    Vml: "urn:schemas-microsoft-com:vml";
    /// OPC core properties.
    CoreProperties: "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
        "http://purl.oclc.org/ooxml/package/metadata/core-properties";
    /// Dublin Core elements.
    DublinCore: "http://purl.org/dc/elements/1.1/";
    /// What names the custom XML parts of a package.
    CustomXml: "http://schemas.openxmlformats.org/officeDocument/2006/customXml",
        "http://purl.oclc.org/ooxml/officeDocument/customXml";
    /// PresentationML.
    Presentation: "http://schemas.openxmlformats.org/presentationml/2006/main",
        "http://purl.oclc.org/ooxml/presentationml/main";
    /// PowerPoint 2010 extensions.
    Presentation2010: "http://schemas.microsoft.com/office/powerpoint/2010/main";
    /// SpreadsheetML.
    Spreadsheet: "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main";
    /// OpenDocument: what holds a document together.
    OdfOffice: "urn:oasis:names:tc:opendocument:xmlns:office:1.0";
    /// OpenDocument: text.
    OdfText: "urn:oasis:names:tc:opendocument:xmlns:text:1.0";
    /// OpenDocument: tables.
    OdfTable: "urn:oasis:names:tc:opendocument:xmlns:table:1.0";
    /// OpenDocument: drawings.
    OdfDraw: "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0";
    /// OpenDocument: scenes.
    OdfDraw3d: "urn:oasis:names:tc:opendocument:xmlns:dr3d:1.0";
    /// OpenDocument: styles.
    OdfStyle: "urn:oasis:names:tc:opendocument:xmlns:style:1.0";
    /// OpenDocument: properties after XSL, also as drafts of the format named them.
    OdfFo: "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0", "http://www.w3.org/1999/XSL/Format";
    /// OpenDocument: properties after SVG, likewise.
    OdfSvg: "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0", "http://www.w3.org/2000/svg";
    /// OpenDocument: presentations.
    OdfPresentation: "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0";
    /// OpenDocument: forms.
    OdfForm: "urn:oasis:names:tc:opendocument:xmlns:form:1.0";
    /// OpenDocument: properties of documents.
    OdfMeta: "urn:oasis:names:tc:opendocument:xmlns:meta:1.0";
    /// OpenDocument: what is in a package.
    OdfManifest: "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0";
    /// What LibreOffice adds to OpenDocument.
    LibreOffice: "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0";
    /// What LibreOffice adds to OpenDocument spreadsheets.
    LibreOfficeCalc: "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0";
    /// Sizes of texts in XLIFF 2.
    XliffSizes: "urn:oasis:names:tc:xliff:sizerestriction:2.0";
    /// XLIFF 1.
    Xliff1: "urn:oasis:names:tc:xliff:document:1.1", "urn:oasis:names:tc:xliff:document:1.2";
    /// XLIFF 2.
    Xliff2: "urn:oasis:names:tc:xliff:document:2.0", "urn:oasis:names:tc:xliff:document:2.1",
        "urn:oasis:names:tc:xliff:document:2.2";
    /// The Internationalization Tag Set.
    Its: "http://www.w3.org/2005/11/its";
}
