//! From tokens to expressions, as `parse/parse.go` does it: which form wants what in which order, and what it lets pass.
//!
//! The original calls itself for an expression inside another one. Here those that are open stand in a list, so that no text can
//! be too deep.

use std::borrow::Cow;
use std::ops::Range;

use super::error::{Problem, SubstitutionError};
use super::scan::{self, Accept, CLOSE, ESCAPE, IDENT, OPEN, Scanner, Token};

/// A text, taken apart.
pub(super) struct Parsed<'t> {
    pub(super) parts: Vec<Part<'t>>,
    /// Each stands behind those that are inside it, and so in the order in which the original looks variables up.
    pub(super) expressions: Vec<Expression<'t>>,
}

/// A part of a text or an argument of an expression.
pub(super) enum Part<'t> {
    Text(Cow<'t, [u8]>),
    /// One of [`Parsed::expressions`]; each is a part once.
    Expression(usize),
}

/// `${…}`.
pub(super) struct Expression<'t> {
    pub(super) variable: &'t str,
    /// As it is written; empty for `${name}`.
    pub(super) operator: &'t str,
    form: Form,
    pub(super) arguments: Vec<Part<'t>>,
    /// From `$` to behind `}`.
    pub(super) range: Range<usize>,
    /// The text of the default, for an operator that brings one.
    pub(super) default: Option<Range<usize>>,
    /// How many expressions it stands in.
    pub(super) depth: usize,
}

/// What arguments an expression has.
#[derive(Clone, Copy)]
enum Form {
    /// None: `${v}`, `${#v}`, `${v^}`.
    Plain,
    /// Any number of pieces: `${v:=word}`.
    Default,
    /// `${v:position:length}`.
    Substring,
    /// `${v#pattern}`.
    Remove,
    /// `${v/part/by}`.
    Replace,
}

/// Takes a text apart.
pub(super) fn parse(text: &str) -> Result<Parsed<'_>, SubstitutionError> {
    let mut parser = Parser { text, scanner: Scanner::new(text), done: Vec::new() };
    let mut parts = Vec::new();
    loop {
        let scanner = &mut parser.scanner;
        (scanner.mode, scanner.accept) = (IDENT | OPEN | ESCAPE, scan::any);
        (scanner.backslash, scanner.is_plain) = (false, true);
        match scanner.scan() {
            Token::Ident => parts.push(Part::Text(scanner.token())),
            Token::Open => {
                (scanner.backslash, scanner.is_plain) = (true, false);
                parts.push(Part::Expression(parser.expression()?));
            }
            // Nothing else can come: plain text is anything.
            Token::End | Token::Close | Token::Illegal => {
                return Ok(Parsed { parts, expressions: parser.done });
            }
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    scanner: Scanner<'t>,
    done: Vec<Expression<'t>>,
}

/// What an expression that was begun needs.
enum Step {
    Argument(Accept, u8),
    Nothing,
}

type Outcome<T> = Result<T, SubstitutionError>;

impl<'t> Parser<'t> {
    /// What is behind `${`, up to and with its `}`: its place in `done`.
    fn expression(&mut self) -> Outcome<usize> {
        let mut outer = Vec::new();
        let mut it = self.begin(0)?;
        loop {
            match self.step(&mut it)? {
                Step::Argument(accept, mode) => match self.scan(accept, mode | OPEN) {
                    Token::Ident => it.arguments.push(Part::Text(self.scanner.token())),
                    Token::Open => {
                        outer.push(it);
                        it = self.begin(outer.len())?;
                    }
                    Token::End => return Err(self.error(&it, Problem::Unclosed)),
                    Token::Close | Token::Illegal => return Err(self.error(&it, Problem::Argument)),
                },
                Step::Nothing => {
                    it.range.end = self.scanner.pos();
                    let place = self.done.len();
                    self.done.push(it);
                    match outer.pop() {
                        None => return Ok(place),
                        Some(next) => it = next,
                    }
                    it.arguments.push(Part::Expression(place));
                }
            }
        }
    }

    /// Name and operator.
    fn begin(&mut self, depth: usize) -> Outcome<Expression<'t>> {
        let at = self.scanner.pos().saturating_sub(2);
        let mut it = Expression {
            variable: "",
            operator: "",
            form: Form::Plain,
            arguments: Vec::new(),
            range: at..at,
            default: None,
            depth,
        };
        if self.scanner.peek() == '#' {
            self.operator(&mut it, Form::Plain, scan::one_hash)?;
            self.name(&mut it)?;
            return Ok(it);
        }
        self.name(&mut it)?;
        match self.scanner.peek() {
            ':' => self.colon(&mut it)?,
            '=' => self.default(&mut it)?,
            ',' | '^' => self.operator(&mut it, Form::Plain, scan::casing)?,
            '/' => self.operator(&mut it, Form::Replace, scan::replace)?,
            '#' => self.operator(&mut it, Form::Remove, scan::hashes)?,
            '%' => self.operator(&mut it, Form::Remove, scan::percents)?,
            '}' => {}
            _ => {
                self.scan(scan::any, CLOSE);
                return Err(self.unexpected(&it, Problem::Operator));
            }
        }
        Ok(it)
    }

    fn name(&mut self, it: &mut Expression<'t>) -> Outcome<()> {
        if self.scan(scan::of_name, IDENT) != Token::Ident {
            return Err(self.error(it, Problem::Name));
        }
        it.variable = self.scanner.word();
        Ok(())
    }

    /// `${name:=word}` and the like, or `${name:position:length}`.
    fn colon(&mut self, it: &mut Expression<'t>) -> Outcome<()> {
        self.scanner.read();
        let next = self.scanner.peek();
        // Goes back by the width of the character *behind* the colon: a wide one makes the next scan fail, in the original too.
        self.scanner.unread();
        match next {
            '=' | '-' | '?' | '+' => self.default(it),
            _ => self.operator(it, Form::Substring, scan::one_colon),
        }
    }

    fn default(&mut self, it: &mut Expression<'t>) -> Outcome<()> {
        let is_equal = self.scanner.peek() == '=';
        self.operator(it, Form::Default, if is_equal { scan::one_equal } else { scan::default })?;
        it.default = Some(self.scanner.pos()..self.scanner.pos());
        Ok(())
    }

    fn operator(&mut self, it: &mut Expression<'t>, form: Form, accept: Accept) -> Outcome<()> {
        if self.scan(accept, IDENT) != Token::Ident {
            // Only behind a colon.
            return Err(self.error(it, Problem::Position));
        }
        (it.form, it.operator) = (form, self.scanner.word());
        Ok(())
    }

    /// What comes behind the arguments that are there.
    fn step(&mut self, it: &mut Expression<'t>) -> Outcome<Step> {
        match (it.form, it.arguments.len()) {
            (Form::Default, _) if self.scanner.peek() != '}' => {
                return Ok(Step::Argument(scan::until_close, IDENT));
            }
            (Form::Default, _) => {
                if let Some(default) = &mut it.default {
                    default.end = self.scanner.pos();
                }
            }
            (Form::Substring, 0) => return Ok(Step::Argument(scan::until_colon_or_close, IDENT)),
            (Form::Substring, 1) => match self.scan(scan::colons, IDENT | CLOSE) {
                Token::Close => return Ok(Step::Nothing),
                Token::Ident => return Ok(Step::Argument(scan::until_close, IDENT)),
                _ => return Err(self.unexpected(it, Problem::Close)),
            },
            (Form::Remove, 0) => return Ok(Step::Argument(scan::until_close, IDENT)),
            (Form::Replace, 0) => return Ok(Step::Argument(scan::until_slash, IDENT | ESCAPE)),
            (Form::Replace, 1) => {
                if self.scan(scan::slashes, IDENT) != Token::Ident {
                    return Err(self.error(it, Problem::Slash));
                }
                if self.scanner.peek() != '}' {
                    return Ok(Step::Argument(scan::until_close, IDENT | ESCAPE));
                }
            }
            _ => {}
        }
        match self.scan(scan::any, CLOSE) {
            Token::Close => Ok(Step::Nothing),
            _ => Err(self.unexpected(it, Problem::Close)),
        }
    }

    fn scan(&mut self, accept: Accept, mode: u8) -> Token {
        (self.scanner.accept, self.scanner.mode) = (accept, mode);
        self.scanner.scan()
    }

    /// What stands where something else has to: the token scanned last.
    fn unexpected(&self, it: &Expression<'t>, problem: fn(char) -> Problem) -> SubstitutionError {
        let found = self.text.get(self.scanner.start()..).and_then(|rest| rest.chars().next());
        self.error(it, found.map_or(Problem::Unclosed, problem))
    }

    fn error(&self, it: &Expression<'t>, problem: Problem) -> SubstitutionError {
        SubstitutionError::new(self.text, it.range.start..self.scanner.pos(), it.variable, problem)
    }
}
