use proptest::prelude::*;

use super::*;

/// Any boxes and arrows, cycles too.
fn graphs() -> impl Strategy<Value = (Vec<Size>, Vec<Arrow>)> {
    let sizes = prop::collection::vec((40..300_i32, 20..200_i32), 1..25);
    sizes.prop_flat_map(|sizes| {
        let count = sizes.len();
        let arrows = prop::collection::vec((0..count, 0..count, 0..2_u8), 0..50);
        let sizes: Vec<Size> = sizes.into_iter().map(|(width, height)| Size { width, height }).collect();
        let arrows = arrows.prop_map(|all| {
            let all = all.into_iter().map(|(from, to, kind)| Arrow { from, to, kind });
            all.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
        });
        (Just(sizes), arrows)
    })
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_two_boxes_overlap_and_all_are_inside((sizes, arrows) in graphs()) {
        let layout = layout(&sizes, &arrows);
        for (number, rect) in layout.boxes.iter().enumerate() {
            prop_assert!(rect.x >= 0 && rect.y >= 0);
            prop_assert!(rect.x + rect.width <= layout.width && rect.y + rect.height <= layout.height);
            prop_assert!(rect.width >= sizes[number].width && rect.height == sizes[number].height);
            for other in &layout.boxes[number + 1..] {
                prop_assert!(!overlap(rect, other), "{rect:?} {other:?}");
            }
        }
    }

    #[test]
    fn no_arrow_passes_behind_a_box((sizes, arrows) in graphs()) {
        let layout = layout(&sizes, &arrows);
        for route in &layout.routes {
            let Route::Through(points) = route else { continue };
            for pair in points[1..points.len() - 1].chunks(2) {
                let line = Rect { x: pair[0].0, y: pair[0].1, width: pair[1].0 - pair[0].0, height: 1 };
                prop_assert!(!layout.boxes.iter().any(|rect| overlap(rect, &line)), "{line:?}");
            }
        }
    }

    #[test]
    fn arrows_lead_to_the_right_but_in_cycles((sizes, arrows) in graphs()) {
        let forward: Vec<Arrow> = arrows.into_iter().filter(|arrow| arrow.from < arrow.to).collect();
        let layout = layout(&sizes, &forward);
        for arrow in &forward {
            prop_assert!(layout.boxes[arrow.from].x < layout.boxes[arrow.to].x);
        }
    }
}

#[test]
fn an_empty_picture_is_no_harm() {
    let layout = layout(&[], &[]);
    assert_eq!((layout.width, layout.height), (0, 0));
}
