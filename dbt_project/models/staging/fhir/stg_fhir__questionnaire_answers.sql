with

responses as (

    select * from {{ ref('stg_fhir__questionnaire_responses') }}

),

-- items stand in groups, groups in groups: three levels are read
level_1 as (

    select
        response_id,
        {{ unnest_json('items') }} as item
    from responses

),

level_2 as (

    select
        response_id,
        {{ unnest_json(json_part('item', 'item')) }} as item
    from level_1

),

level_3 as (

    select
        response_id,
        {{ unnest_json(json_part('item', 'item')) }} as item
    from level_2

),

items as (

    select * from level_1
    union all
    select * from level_2
    union all
    select * from level_3

),

listed as (

    select
        response_id,
        {{ json_text('item', 'linkId') }} as link_id,
        {{ unnest_json(json_part('item', 'answer')) }} as answer
    from items

),

answers as (

    select
        response_id,
        link_id,

        {{ try_cast(
            'coalesce(' ~ json_text('answer', 'valueInteger') ~ ', ' ~ json_text('answer', 'valueDecimal') ~ ', '
            ~ json_text('answer', 'valueQuantity.value') ~ ', ' ~ json_text('answer', 'valueCoding.code') ~ ')', 'double'
        ) }} as answer_number,
        {{ blank_to_null('coalesce(' ~ json_text('answer', 'valueString') ~ ', '
            ~ json_text('answer', 'valueCoding.display') ~ ')') }} as answer_text,
        {{ json_text('answer', 'valueString') }} is not null as is_free_text

    from listed

)

select * from answers
