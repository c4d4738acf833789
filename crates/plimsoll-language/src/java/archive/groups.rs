//! Groups of well-known artifacts whose archives do not name them: those of Gradle, Ant and bnd.
//!
//! A row holds only where both the artifact's name and the package of the classes inside fit, and
//! the result still says that it is not certain. Artifacts that changed their group are left out:
//! the index of archives knows them.

/// Artifact as the file is called (one `*` stands for anything), directory of classes, group; with
/// `:` and the artifact where that has another name in Maven Central.
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str)] = &[
    ("annotations-api", "javax/annotation/", "org.apache.tomcat:tomcat-annotations-api"),
    ("antlr", "antlr/", "antlr"),
    ("aopalliance", "org/aopalliance/", "aopalliance"),
    ("aspectjrt", "org/aspectj/", "org.aspectj"),
    ("aspectjweaver", "org/aspectj/", "org.aspectj"),
    ("bcmail-jdk*", "org/bouncycastle/", "org.bouncycastle"),
    ("bcpkix-jdk*", "org/bouncycastle/", "org.bouncycastle"),
    ("bcprov-jdk*", "org/bouncycastle/", "org.bouncycastle"),
    ("bctls-jdk*", "org/bouncycastle/", "org.bouncycastle"),
    ("bcutil-jdk*", "org/bouncycastle/", "org.bouncycastle"),
    ("bson", "org/bson/", "org.mongodb"),
    ("catalina", "org/apache/catalina/", "org.apache.tomcat:tomcat-catalina"),
    ("checker-qual", "org/checkerframework/", "org.checkerframework"),
    ("commons-beanutils", "org/apache/commons/beanutils/", "commons-beanutils"),
    ("commons-cli", "org/apache/commons/cli/", "commons-cli"),
    ("commons-codec", "org/apache/commons/codec/", "commons-codec"),
    ("commons-collections", "org/apache/commons/collections/", "commons-collections"),
    ("commons-digester", "org/apache/commons/digester/", "commons-digester"),
    ("commons-fileupload", "org/apache/commons/fileupload/", "commons-fileupload"),
    ("commons-httpclient", "org/apache/commons/httpclient/", "commons-httpclient"),
    ("commons-io", "org/apache/commons/io/", "commons-io"),
    ("commons-lang", "org/apache/commons/lang/", "commons-lang"),
    ("commons-logging", "org/apache/commons/logging/", "commons-logging"),
    ("connect-runtime", "org/apache/kafka/", "org.apache.kafka"),
    ("elasticsearch", "org/elasticsearch/", "org.elasticsearch"),
    ("h2", "org/h2/", "com.h2database"),
    ("hsqldb", "org/hsqldb/", "org.hsqldb"),
    ("jackson-core-asl", "org/codehaus/jackson/", "org.codehaus.jackson"),
    ("jackson-mapper-asl", "org/codehaus/jackson/", "org.codehaus.jackson"),
    ("jasper", "org/apache/jasper/", "org.apache.tomcat:tomcat-jasper"),
    ("jdom2", "org/jdom2/", "org.jdom"),
    ("jna", "com/sun/jna/", "net.java.dev.jna"),
    ("jna-platform", "com/sun/jna/platform/", "net.java.dev.jna"),
    ("jsch", "com/jcraft/jsch/", "com.jcraft"),
    ("json-path", "com/jayway/jsonpath/", "com.jayway.jsonpath"),
    ("junit", "org/junit/", "junit"),
    ("kafka-clients", "org/apache/kafka/", "org.apache.kafka"),
    ("kafka-streams", "org/apache/kafka/", "org.apache.kafka"),
    ("kafka_2.*", "kafka/", "org.apache.kafka"),
    ("kotlin-reflect", "kotlin/reflect/", "org.jetbrains.kotlin"),
    ("kotlin-stdlib", "kotlin/", "org.jetbrains.kotlin"),
    ("log4j", "org/apache/log4j/", "log4j"),
    ("log4j-1.2", "org/apache/log4j/", "log4j:log4j"),
    ("lucene-*", "org/apache/lucene/", "org.apache.lucene"),
    ("mongo-java-driver", "com/mongodb/", "org.mongodb"),
    ("mongodb-driver", "com/mongodb/", "org.mongodb"),
    ("mongodb-driver-*", "com/mongodb/", "org.mongodb"),
    ("mssql-jdbc", "com/microsoft/sqlserver/", "com.microsoft.sqlserver"),
    ("mysql-connector-j", "com/mysql/", "com.mysql"),
    ("mysql-connector-java", "com/mysql/", "mysql"),
    ("okhttp", "com/squareup/okhttp/", "com.squareup.okhttp"),
    ("okhttp", "okhttp3/", "com.squareup.okhttp3"),
    ("okio", "okio/", "com.squareup.okio"),
    ("okio-jvm", "okio/", "com.squareup.okio"),
    ("postgresql", "org/postgresql/", "org.postgresql"),
    ("reactor-core", "reactor/core/", "io.projectreactor"),
    ("reactor-netty-core", "reactor/netty/", "io.projectreactor.netty"),
    ("reactor-netty-http", "reactor/netty/", "io.projectreactor.netty"),
    ("scala-library", "scala/", "org.scala-lang"),
    ("solr-core", "org/apache/solr/", "org.apache.solr"),
    ("solr-solrj", "org/apache/solr/", "org.apache.solr"),
    ("spring-aop", "org/springframework/", "org.springframework"),
    ("spring-aspects", "org/springframework/", "org.springframework"),
    ("spring-beans", "org/springframework/", "org.springframework"),
    ("spring-boot*", "org/springframework/boot/", "org.springframework.boot"),
    ("spring-context*", "org/springframework/", "org.springframework"),
    ("spring-core", "org/springframework/", "org.springframework"),
    ("spring-expression", "org/springframework/", "org.springframework"),
    ("spring-jcl", "org/apache/commons/logging/", "org.springframework"),
    ("spring-jdbc", "org/springframework/", "org.springframework"),
    ("spring-jms", "org/springframework/", "org.springframework"),
    ("spring-messaging", "org/springframework/", "org.springframework"),
    ("spring-orm", "org/springframework/", "org.springframework"),
    ("spring-oxm", "org/springframework/", "org.springframework"),
    ("spring-security-config", "org/springframework/security/", "org.springframework.security"),
    ("spring-security-core", "org/springframework/security/", "org.springframework.security"),
    ("spring-security-crypto", "org/springframework/security/", "org.springframework.security"),
    ("spring-security-ldap", "org/springframework/security/", "org.springframework.security"),
    ("spring-security-messaging", "org/springframework/security/", "org.springframework.security"),
    ("spring-security-oauth2-client", "org/springframework/security/", "org.springframework.security"),
    ("spring-security-oauth2-core", "org/springframework/security/", "org.springframework.security"),
    ("spring-security-oauth2-jose", "org/springframework/security/", "org.springframework.security"),
    ("spring-security-oauth2-resource-server", "org/springframework/security/", "org.springframework.security"),
    ("spring-security-web", "org/springframework/security/", "org.springframework.security"),
    ("spring-test", "org/springframework/test/", "org.springframework"),
    ("spring-tx", "org/springframework/", "org.springframework"),
    ("spring-web", "org/springframework/", "org.springframework"),
    ("spring-webflux", "org/springframework/", "org.springframework"),
    ("spring-webmvc", "org/springframework/", "org.springframework"),
    ("spring-websocket", "org/springframework/", "org.springframework"),
    ("tomcat-catalina", "org/apache/catalina/", "org.apache.tomcat"),
    ("tomcat-coyote", "org/apache/coyote/", "org.apache.tomcat"),
    ("tomcat-dbcp", "org/apache/tomcat/dbcp/", "org.apache.tomcat"),
    ("tomcat-embed-core", "org/apache/catalina/", "org.apache.tomcat.embed"),
    ("tomcat-embed-el", "org/apache/el/", "org.apache.tomcat.embed"),
    ("tomcat-embed-websocket", "org/apache/tomcat/websocket/", "org.apache.tomcat.embed"),
    ("tomcat-jasper", "org/apache/jasper/", "org.apache.tomcat"),
    ("tomcat-jdbc", "org/apache/tomcat/jdbc/", "org.apache.tomcat"),
    ("tomcat-juli", "org/apache/juli/", "org.apache.tomcat"),
    ("tomcat-util", "org/apache/tomcat/", "org.apache.tomcat"),
    ("tomcat-websocket", "org/apache/tomcat/websocket/", "org.apache.tomcat"),
    ("velocity", "org/apache/velocity/", "org.apache.velocity"),
    ("xalan", "org/apache/xalan/", "xalan"),
    ("xercesImpl", "org/apache/xerces/", "xerces"),
    ("xz", "org/tukaani/xz/", "org.tukaani"),
];

/// `group:artifact` of an archive with this name, if it has classes below the directory of the row,
/// which `has_classes` is asked about.
pub(super) fn named(artifact: &str, has_classes: impl Fn(&str) -> bool) -> Option<String> {
    let is_named = |pattern: &str| match pattern.split_once('*') {
        Some((start, end)) => {
            artifact.len() >= start.len() + end.len()
                && artifact.starts_with(start)
                && artifact.ends_with(end)
        }
        None => pattern == artifact,
    };
    let mut rows = TABLE.iter().filter(|(pattern, _, _)| is_named(pattern));
    let (_, _, group) = rows.find(|(_, directory, _)| has_classes(directory))?;
    Some(if group.contains(':') { (*group).to_owned() } else { format!("{group}:{artifact}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_classes_must_fit() {
        let has = |wanted: &'static str| move |directory: &str| directory == wanted;
        let found = |artifact, directory| named(artifact, has(directory));
        assert_eq!(found("okhttp", "okhttp3/").as_deref(), Some("com.squareup.okhttp3:okhttp"));
        assert_eq!(found("okhttp", "org/example/"), None);
        assert_eq!(
            found("catalina", "org/apache/catalina/").as_deref(),
            Some("org.apache.tomcat:tomcat-catalina")
        );
        assert_eq!(found("my-spring-core", "org/springframework/"), None);
    }
}
