{{ config(materialized='table') }}

with

documents as (

    select * from {{ ref('stg_business_central__sales_orders') }}

),

listed as (

    select
        company_id,
        order_id,
        currency_code,
        is_deleted,
        {{ unnest_json('lines') }} as line
    from documents

),

lines as (

    select
        company_id,
        order_id,
        {{ json_text('line', 'id') }} as line_id,
        {{ try_cast(json_text('line', 'sequence'), 'bigint') }} as sequence,
        {{ zero_guid_to_null(json_text('line', 'itemId')) }} as item_id,
        {{ blank_to_null(json_text('line', 'lineObjectNumber')) }} as item_number,

        {{ blank_to_null(json_text('line', 'lineType')) }} as line_type,
        {{ blank_to_null(json_text('line', 'description')) }} as description,
        currency_code,

        {{ try_cast(json_text('line', 'quantity'), 'double') }} as quantity,
        {{ try_cast(json_text('line', 'unitPrice'), 'double') }} as unit_price,
        {{ try_cast(json_text('line', 'netAmount'), 'double') }} as net_amount,
        {{ try_cast(json_text('line', 'netTaxAmount'), 'double') }} as net_tax_amount,

        is_deleted

    from listed

)

select * from lines
