with

letters as (

    select * from {{ source('raw_letters', 'letters') }}

),

listed_keys as (

    select * from {{ source('raw_letters', 'letters_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_letters', 'letters') }}

),

cleaned as (

    select
        letters.letter_id,
        {{ blank_to_null('letters.customer_number') }} as customer_number,

        {{ blank_to_null('letters.sender_name') }} as sender_name,
        {{ blank_to_null('letters.address') }} as address,
        -- the last part of an address as Austria and Germany write it: 10115 Berlin
        nullif(regexp_extract(letters.address, '(^|, *)([0-9]{4,5}) ([^,]+)$', 2), '') as postal_code,
        nullif(regexp_extract(letters.address, '(^|, *)([0-9]{4,5}) ([^,]+)$', 3), '') as city,
        {{ blank_to_null('letters.text') }} as text,
        letters.file_name,

        letters.pages,
        letters.index_lines,

        coalesce(letters.is_truncated, false) as is_truncated,
        {{ is_missing_from_listing(
            'letters._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        letters.received_on,
        letters._observed_at

    from letters
    left join listed_keys on letters.letter_id = listed_keys.letter_id
    cross join newest_listing

),

-- the same words of the same sender once more are a reminder, not a new statement
with_repeats as (

    select
        *,
        row_number() over (
            partition by coalesce(customer_number, lower(sender_name), letter_id), text
            order by is_deleted, received_on, letter_id
        ) > 1 as is_repeat
    from cleaned

)

select * from with_repeats
